// SERVICE=… node --import signalbox/register test/matrix/programs/kafkajs.mjs
import { Kafka } from 'kafkajs';
import run from './kafkajs.app.cjs';

run(Kafka);
