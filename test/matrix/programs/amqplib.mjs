// SERVICE=… node --import signalbox/register test/matrix/programs/amqplib.mjs
import amqplib from 'amqplib';
import run from './amqplib.app.cjs';

run(amqplib);
