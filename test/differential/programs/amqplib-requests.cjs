// SERVICE=amqp://… node --require signalbox/register test/differential/programs/amqplib-requests.cjs 50
const http = require('node:http');
const amqplib = require('amqplib');
const { trace } = require('@opentelemetry/api');
const tracer = trace.getTracer('program');
const note = (name) => tracer.startSpan(name).end();
(async () => {
  const connection = await amqplib.connect(process.env.SERVICE);
  const [channel, confirming] = [await connection.createChannel(), await connection.createConfirmChannel()];
  const { queue } = await channel.assertQueue('requests', { autoDelete: true });
  const waiting = new Map();
  await channel.consume(queue, async (message) => {
    const text = String(message.content);
    await new Promise(setImmediate);
    note(`in ${text}`);
    channel.ack(message);
    waiting.get(text)();
  });
  const server = http.createServer(async (request, response) => {
    const id = request.url.slice(1);
    const arrived = ['plain', 'confirmed'].map((kind) => new Promise((resolve) => waiting.set(`${kind} ${id}`, resolve)));
    channel.sendToQueue(queue, Buffer.from(`plain ${id}`), { messageId: id });
    await new Promise((resolve) =>
      confirming.sendToQueue(queue, Buffer.from(`confirmed ${id}`), {}, () => (note(`after ${id}`), resolve())),
    );
    await Promise.all(arrived);
    response.end();
  });
  server.listen(0, '127.0.0.1', async () => {
    const get = (id) =>
      new Promise((resolve) =>
        http.get({ port: server.address().port, host: '127.0.0.1', path: `/${id}`, agent: false }, (response) =>
          response.resume().on('end', resolve),
        ),
      );
    await Promise.all(Array.from({ length: Number(process.argv[2]) }, (_, id) => get(id)));
    server.close();
    await connection.close();
  });
})();
