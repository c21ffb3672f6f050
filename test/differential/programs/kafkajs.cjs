// SERVICE=host:port node test/differential/programs/kafkajs.cjs bare|watched
const { Kafka, logLevel, Partitioners } = require('kafkajs');
const { trace } = require('@opentelemetry/api');
const { say, shape, deepFreeze, outcome } = require('./show.cjs');
const topic = `differential-${process.pid}`;
const hidden = (text) => JSON.parse(JSON.stringify(text).replaceAll(topic, 'TOPIC'));
const withoutTrace = (headers) =>
  Object.entries(headers)
    .filter(([key]) => !/^(trace(parent|state)|baggage)$/.test(key))
    .map(([key, value]) => [key, String(value)]);
trace.getTracer('program').startActiveSpan('work', async (span) => {
  const kafka = new Kafka({ brokers: [process.env.SERVICE], logLevel: logLevel.NOTHING });
  const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
  say('producer', shape(producer), producer.send.length, producer.sendBatch.length);
  say('not connected', await outcome(() => producer.send({ topic, messages: [{ value: 'x' }] })));
  await producer.connect();
  const message = { key: 'k', value: 'shared' };
  const headed = { value: 'headed', headers: { own: 'x', list: ['a', 'b'] } };
  say('send', hidden(shape(await producer.send({ topic, messages: [message, message, headed] }))));
  say('afterwards', message, headed);
  say('frozen', (await producer.send(deepFreeze({ topic, messages: [{ value: 'frozen', headers: { own: 'y' } }] }))).length);
  say('batch', (await producer.sendBatch(deepFreeze({ topicMessages: [{ topic, messages: [{ value: 'batched' }] }] }))).length);
  for (const request of [
    undefined,
    {},
    { topic },
    { topic, messages: 'no list' },
    { topic, messages: [{ key: 'no value' }] },
    { topic, messages: [null] },
  ])
    say('misused', hidden(await outcome(() => producer.send(request))));
  say(
    'batch misused',
    hidden(await outcome(() => producer.sendBatch({ topicMessages: [{ topic }] }))),
    await outcome(() => producer.sendBatch()),
  );
  const transactional = kafka.producer({
    transactionalId: topic,
    maxInFlightRequests: 1,
    idempotent: true,
    createPartitioner: Partitioners.DefaultPartitioner,
  });
  await transactional.connect();
  const transaction = await transactional.transaction();
  say('in a transaction', (await transaction.send({ topic, messages: [{ value: 'in a transaction' }] })).length);
  await transaction.commit();
  await transactional.disconnect();
  const consumer = kafka.consumer({ groupId: topic });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  const received = [];
  let all;
  const done = new Promise((resolve) => (all = resolve));
  let attempts = 0;
  const eachMessage = async function (payload) {
    if (attempts++ === 0) throw new Error('the first attempt fails');
    received.push([String(payload.message.value), withoutTrace(payload.message.headers), Object.keys(payload), this?.constructor?.name]);
    if (received.length === 6) all();
  };
  const run = Object.freeze({ eachMessage });
  say('run', await outcome(() => consumer.run(run)), run.eachMessage === eachMessage);
  await done;
  say('received', received);
  await consumer.disconnect();
  await producer.disconnect();
  say('disconnected', await outcome(() => producer.send({ topic, messages: [{ value: 'x' }] })));
  span.end();
});
