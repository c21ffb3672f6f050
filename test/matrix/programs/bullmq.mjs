// SERVICE=… node --import signalbox/register test/matrix/programs/bullmq.mjs
import { Queue, Worker } from 'bullmq';
import run from './bullmq.app.cjs';

run(Queue, Worker);
