// SERVICE=… node --require signalbox/register test/matrix/programs/bullmq.cjs
const { Queue, Worker } = require('bullmq');
require('./bullmq.app.cjs')(Queue, Worker);
