// SERVICE=… node --require signalbox/register test/matrix/programs/kafkajs.cjs
const { Kafka } = require('kafkajs');
require('./kafkajs.app.cjs')(Kafka);
