// BROKER_URL=amqp://… node --require signalbox/register carrier.cjs: what the shop does not do: a gRPC service and its client, messages
// over RabbitMQ (without BROKER_URL none), an error that is not sent to Sentry, an alert that is sent nowhere, a handler of alerts, and
// an attribute that nobody bounds. Says `carried` when all is done, goes on with calls and
// messages every five seconds, and ends with SIGTERM.
const amqplib = require('amqplib');
const grpc = require('@grpc/grpc-js');
const { onAlert, sendAlert } = require('signalbox/alerts');
const { counter } = require('signalbox/metrics');
const { captureException, setupSentry } = require('signalbox/sentry');

const text = { requestSerialize: Buffer.from, requestDeserialize: String, responseSerialize: Buffer.from, responseDeserialize: String };
const service = { quote: { path: '/carrier.Rates/Quote', requestStream: false, responseStream: false, ...text } };
const Rates = grpc.makeGenericClientConstructor(service, 'Rates');

/** @returns {Promise<() => Promise<void>>} what asks, and is answered. */
async function openRates() {
  const server = new grpc.Server();
  server.addService(service, {
    quote: ({ request }, callback) =>
      callback(request === 'Atlantis' ? { code: grpc.status.NOT_FOUND, message: 'nobody goes there' } : null, '490'),
  });
  const port = await new Promise((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, bound) => (error ? reject(error) : resolve(bound))),
  );
  const client = new Rates(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
  process.on('SIGTERM', () => {
    client.close();
    server.forceShutdown();
  });
  return async () => {
    for (const place of ['Leipzig', 'Atlantis']) await new Promise((resolve) => client.quote(place, resolve));
  };
}

async function sendParcel(url) {
  const connection = await amqplib.connect(url);
  const channel = await connection.createConfirmChannel();
  await channel.assertQueue('parcels', { durable: false });
  const arrived = new Promise((resolve) =>
    channel.consume('parcels', (message) => {
      channel.ack(message);
      resolve();
    }),
  );
  channel.sendToQueue('parcels', Buffer.from('a lamp'));
  await channel.waitForConfirms();
  await arrived;
  await connection.close();
}

async function main() {
  const stops = counter('carrier.stops', { unit: '{stop}', description: 'Stops, by parcel: a mistake.' });
  for (let i = 0; i < 2100; i++) stops.add(1, { parcel: `parcel ${i}` });
  setupSentry({ dsn: 'http://key@127.0.0.1:9/1' });
  captureException(Object.assign(new Error('the road is closed'), { code: 'ECONNRESET' }));
  sendAlert({ title: 'The road is closed' });
  onAlert('RoadClosed', () => {});
  const askForRates = await openRates();
  async function carry() {
    await askForRates();
    if (process.env.BROKER_URL) await sendParcel(process.env.BROKER_URL);
  }
  await carry();
  const rounds = setInterval(carry, 5000);
  process.on('SIGTERM', () => clearInterval(rounds));
  console.log('carried');
}

main();
