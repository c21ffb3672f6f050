// node --require signalbox/register test/differential/programs/hono.cjs
void require('./hono.app.cjs')(require('hono').Hono);
