// SIGNALBOX_EXTENSIONS=./test/e2e/programs/extensions/slow.cjs node --require signalbox/register test/e2e/programs/extensions/end.cjs WAY
// Records a span and ends in the way that is named.
const { trace } = require('@opentelemetry/api');

const record = () => trace.getTracer('app').startSpan('work').end();
const [, , way] = process.argv;
record();
if (way === 'process.exit()') process.exit();
if (way === 'throw') throw new Error('out of stock');
if (way === 'exit-listener') process.on('exit', record);
