// node --require signalbox/register test/e2e/programs/steady.cjs SPANS_PER_TURN
// Records spans with ids of their own every few milliseconds until its parent says stop, then tells how many there were.
const { trace } = require('@opentelemetry/api');

const perTurn = Number(process.argv[2] ?? 10);
const tracer = trace.getTracer('steady');
let id = 0;
const timer = setInterval(() => {
  for (let n = 0; n < perTurn; n++) tracer.startSpan('work', { attributes: { 'oracle.id': id++ } }).end();
}, 5);
process.on('message', () => {
  clearInterval(timer);
  console.log(`recorded ${id}`);
  process.disconnect();
});
console.log('ready');
