// SERVICE=amqp://… node test/differential/programs/amqplib.cjs
const amqplib = require('amqplib');
const callbacks = require('amqplib/callback_api');
const { trace } = require('@opentelemetry/api');
const { say, shape, listeners, failure, deepFreeze, outcome } = require('./show.cjs');

const queue = `differential-${process.argv[2] ?? 'queue'}`;
const withoutTrace = (headers) =>
  Object.fromEntries(Object.entries(headers ?? {}).filter(([key]) => !/^(trace(parent|state)|baggage)$/.test(key)));
const shown = ({ content, fields, properties, ...rest }) => [
  String(content),
  { ...fields, consumerTag: typeof fields.consumerTag },
  Object.keys(properties).join(),
  withoutTrace(properties.headers),
  properties.messageId,
  Object.keys(rest),
];

async function promised() {
  const connection = await amqplib.connect(process.env.SERVICE);
  say('connection', shape(connection).classes, listeners(connection));
  const channel = await connection.createChannel();
  say('channel', shape(channel).classes, Reflect.ownKeys(channel).map(String), listeners(channel));
  say('assert', await outcome(() => channel.assertQueue(queue, { autoDelete: true })));
  await channel.assertExchange(`${queue}-exchange`, 'fanout', { autoDelete: true });
  await channel.bindQueue(queue, `${queue}-exchange`, '');
  await channel.prefetch(10);
  const options = { persistent: true, headers: { own: 'x' }, messageId: 'm1', correlationId: 'c1' };
  say('send', channel.sendToQueue(queue, Buffer.from('1'), options), options);
  const frozen = deepFreeze({ headers: { own: 'y', traceparent: 'not ours' }, CC: 'other' });
  say('send frozen', channel.sendToQueue(queue, Buffer.from('2'), frozen), frozen);
  say(
    'publish',
    channel.publish(`${queue}-exchange`, 'key', Buffer.from('3')),
    channel.publish('', queue, Buffer.from('4'), Object.freeze({ type: 't' })),
  );
  for (const misused of [
    () => channel.sendToQueue(queue, 'no buffer'),
    () => channel.sendToQueue(queue, Buffer.from('x'), { headers: { bad: Symbol('bad') } }),
    () => channel.publish(null, queue, Buffer.from('x')),
  ])
    say('misused', await outcome(async () => misused()), await outcome(misused));
  for (let i = 0; i < 4; i++) {
    let message;
    while ((message = await channel.get(queue)) === false) await new Promise(setImmediate);
    say('got', shape(message).keys, shown(message));
    if (i === 0) channel.nack(message, false, false);
    else if (i === 1) channel.reject(message, false);
    else channel.ack(message);
  }
  say('nothing more', await channel.get(queue));
  const received = [];
  let all;
  const three = new Promise((resolve) => (all = resolve));
  const consumer = function (message) {
    received.push([shown(message), this === undefined, Object.isFrozen(message)]);
    if (received.length === 2) channel.nack(message, false, false);
    else channel.ack(message);
    if (received.length === 3) all();
  };
  const { consumerTag } = await channel.consume(queue, consumer);
  for (const text of ['a', 'b', 'c']) channel.sendToQueue(queue, Buffer.from(text), { headers: { text } });
  await three;
  say('received', received, channel.consumers.get(consumerTag) === consumer);
  say('cancel', shape(await channel.cancel(consumerTag)).keys);
  channel.on('error', (error) => say('channel error', failure(error).message));
  say('consume nothing', await outcome(() => channel.consume('no-such-queue', () => {})).then(({ rejects }) => rejects.name));
  say('closed', await outcome(async () => channel.sendToQueue(queue, Buffer.from('x'))));
  await connection.close();
}

async function confirmed() {
  const connection = await amqplib.connect(process.env.SERVICE);
  const channel = await connection.createConfirmChannel();
  const order = [];
  await channel.assertQueue(`${queue}-confirmed`, { exclusive: true });
  channel.on('return', ({ fields }) => order.push(`returned ${fields.routingKey}`));
  const confirmation = (...args) =>
    new Promise((resolve) => {
      order.push(
        channel.publish(...args, function (error, ok) {
          order.push('confirmed');
          resolve(say('confirmed', error?.message, ok, arguments.length, this === undefined));
        }),
      );
    });
  await confirmation('', `${queue}-confirmed`, Buffer.from('1'), undefined);
  await confirmation('', `${queue}-confirmed`, Buffer.from('2'), deepFreeze({ headers: { own: 'x' } }));
  await confirmation('', 'no-such-queue', Buffer.from('3'), { mandatory: true });
  channel.sendToQueue(`${queue}-confirmed`, Buffer.from('4'));
  say('unconfirmed', channel.unconfirmed.length, await outcome(() => channel.waitForConfirms()));
  const closing = confirmation('no-such-exchange', 'key', Buffer.from('5'), {}).catch(failure);
  channel.on('error', (error) => say('channel error', failure(error).code));
  await new Promise((resolve) => channel.once('close', resolve));
  await closing;
  say('order', order, await outcome(() => channel.waitForConfirms()));
  await connection.close();
}

function called() {
  return new Promise((resolve) => {
    callbacks.connect(process.env.SERVICE, (_error, connection) => {
      connection.createChannel((_noChannel, channel) => {
        channel.assertQueue('', { exclusive: true }, (_noQueue, { queue: own }) => {
          say('callback channel', shape(channel).classes, listeners(channel));
          say(
            'returned',
            channel.consume(own, (message) => {
              say('called', shown(message)[0]);
              channel.ack(message);
              channel.cancel(message.fields.consumerTag, () => {
                // Sent when nobody consumes any more, or it may come by either way.
                channel.sendToQueue(own, Buffer.from('later'));
                channel.get(own, {}, (error, got) => {
                  say('got', error, got && shown(got)[0]);
                  connection.close(resolve);
                });
              });
            }) === channel,
          );
          say('sent', channel.sendToQueue(own, Buffer.from('by callback')));
        });
      });
    });
  });
}

trace.getTracer('program').startActiveSpan('work', async (span) => {
  await promised();
  await confirmed();
  await called();
  span.end();
});
