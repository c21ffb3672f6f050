// SERVICE=host:port node --require signalbox/register test/differential/programs/kafkajs-requests.cjs 50
const { Kafka, logLevel, Partitioners } = require('kafkajs');
const { trace } = require('@opentelemetry/api');
const { askTogether, note } = require('./requests.cjs');

const tracer = trace.getTracer('program');
const [topic, batches] = [`each-${process.pid}`, `batch-${process.pid}`];
const kafka = new Kafka({ brokers: [process.env.SERVICE], logLevel: logLevel.NOTHING });
const count = Number(process.argv[2]);

async function consume(of, handlers) {
  let left = count;
  const consumer = kafka.consumer({ groupId: of });
  await consumer.connect();
  await consumer.subscribe({ topic: of, fromBeginning: true });
  const done = new Promise((resolve) => void consumer.run(handlers((seen) => (left -= seen) === 0 && resolve())));
  return { done, end: () => consumer.disconnect() };
}

void (async () => {
  const admin = kafka.admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic }, { topic: batches }], waitForLeaders: true });
  await admin.disconnect();
  const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
  await producer.connect();
  await askTogether(async (id) => {
    await Promise.all([
      producer.send({ topic, messages: [{ value: id }] }).then(() => note(id)),
      producer.sendBatch({ topicMessages: [{ topic: batches, messages: [{ value: id }] }] }).then(() => note(id)),
    ]);
  });
  const one = await consume(topic, (seen) => ({
    async eachMessage({ message }) {
      await new Promise(setImmediate);
      tracer.startSpan(`in message ${message.value}`).end();
      seen(1);
    },
  }));
  const many = await consume(batches, (seen) => ({
    async eachBatch({ batch }) {
      await new Promise(setImmediate);
      tracer.startSpan('in batch').end();
      seen(batch.messages.length);
    },
  }));
  await Promise.all([one.done, many.done]);
  await Promise.all([one.end(), many.end(), producer.disconnect()]);
})();
