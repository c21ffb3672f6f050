// SERVICE=… node --require signalbox/register test/matrix/programs/bullmq-jobs.cjs
const { FlowProducer, Queue, Worker } = require('bullmq');
require('./bullmq-jobs.app.cjs')(Queue, Worker, FlowProducer);
