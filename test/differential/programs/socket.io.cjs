// node --require signalbox/register test/differential/programs/socket.io.cjs
void require('./socket.io.app.cjs')(require('socket.io'), require('socket.io-client'));
