// SERVICE=… node --require signalbox/register test/matrix/programs/amqplib.cjs
const amqplib = require('amqplib');
require('./amqplib.app.cjs')(amqplib);
