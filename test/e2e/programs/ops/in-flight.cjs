// SIGNALBOX_OPS_PORT=9464 node --require signalbox/register in-flight.cjs HOW: says `asked` when a scrape asks its callback, which answers
// when `answer` is sent. HOW is what happens then: `exit` calls process.exit(3), `drain` has a handler for SIGTERM that says `draining`
const { metrics } = require('@opentelemetry/api');

const [, , how] = process.argv;
const meter = metrics.getMeter('shop');
meter.createCounter('orders').add(3);
const alive = setInterval(() => {}, 60_000);
const answered = new Promise((resolve) => {
  process.once('message', () => {
    clearInterval(alive);
    resolve();
  });
});
meter.createObservableGauge('depth').addCallback(async (result) => {
  console.log('asked');
  if (how === 'exit') setImmediate(() => process.exit(3));
  await answered;
  result.observe(7);
});
if (how === 'drain') process.once('SIGTERM', () => console.log('draining'));
