// SERVICE=amqp://… node test/differential/programs/amqplib-endings.cjs rejecting-consumer
const amqplib = require('amqplib');
const { trace } = require('@opentelemetry/api');
const ENDINGS = {
  async 'rejecting-consumer'(channel, queue) {
    await channel.consume(queue, async () => {
      throw new Error('in a consumer');
    });
    channel.sendToQueue(queue, Buffer.from('x'));
  },
  async 'rejections-counted'(channel, queue) {
    let count = 0;
    process.on('unhandledRejection', () => count++);
    await channel.consume(queue, async () => {
      throw new Error('in a consumer');
    });
    for (let i = 0; i < 3; i++) channel.sendToQueue(queue, Buffer.from('x'));
    setTimeout(() => (console.log(count), process.exit(0)), 500);
  },
  async 'throwing-consumer'(channel, queue) {
    channel.on('error', ({ message }) => (console.log(message), process.exit(0)));
    await channel.consume(queue, () => {
      throw new Error('in a consumer');
    });
    channel.sendToQueue(queue, Buffer.from('x'));
  },
  'unhandled-rejection': (channel) => void channel.checkQueue('no-such-queue'),
  'unheard-error': (channel) => void channel.publish('no-such-exchange', 'key', Buffer.from('x')),
};
console.log(process.argv[2]);
trace.getTracer('program').startActiveSpan('work', (span) =>
  setImmediate(async () => {
    const connection = await amqplib.connect(process.env.SERVICE);
    const channel = await connection.createChannel();
    const { queue } = await channel.assertQueue('', { exclusive: true });
    setImmediate(() => span.end());
    await ENDINGS[process.argv[2]](channel, queue);
  }),
);
