// node --require signalbox/register test/e2e/programs/frameworks/fastify.cjs
const app = require('./fastify.app.cjs')(require('fastify'));
app.ready().then(() => require('./serve.cjs')(app.server));
