const within = require('./within.cjs');
module.exports = async function run(amqplib) {
  const queue = process.argv[2];
  const connection = await amqplib.connect(process.env.SERVICE);
  const channel = await connection.createConfirmChannel();
  await channel.assertQueue(queue, { durable: false });
  let received;
  const arrived = new Promise((resolve) => (received = resolve));
  await channel.consume(
    queue,
    (message) =>
      void within('unpack', async () => {
        channel.ack(message);
        received(message.content.toString());
      }),
  );
  await within('order', async () => {
    channel.sendToQueue(queue, Buffer.from('a parcel'));
    await channel.waitForConfirms();
  });
  console.log(await arrived);
  await channel.close();
  await connection.close();
};
