const within = require('./within.cjs');
module.exports = async function run(amqplib) {
  const connection = await amqplib.connect(process.env.SERVICE);
  const channel = await connection.createConfirmChannel();
  await channel.assertQueue('parcels', { durable: false });
  let received;
  const arrived = new Promise((resolve) => (received = resolve));
  await channel.consume(
    'parcels',
    (message) =>
      void within('unpack', async () => {
        channel.ack(message);
        received(message.content.toString());
      }),
  );
  await within('order', async () => {
    channel.sendToQueue('parcels', Buffer.from('a parcel'));
    await channel.waitForConfirms();
  });
  console.log(await arrived);
  await channel.close();
  await connection.close();
};
