// SERVICE=… node --import signalbox/register test/matrix/programs/bullmq-jobs.mjs
import { FlowProducer, Queue, Worker } from 'bullmq';
import run from './bullmq-jobs.app.cjs';

run(Queue, Worker, FlowProducer);
