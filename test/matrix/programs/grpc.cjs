// SERVICE=… node --require signalbox/register test/matrix/programs/grpc.cjs
const grpc = require('@grpc/grpc-js');
require('./grpc.app.cjs')(grpc);
