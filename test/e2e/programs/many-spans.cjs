// node --require signalbox/register test/e2e/programs/many-spans.cjs COUNT end|exit|crash
// Records COUNT spans, a log record and a count, and ends in that way.
const { logs, metrics, trace } = require('@opentelemetry/api');

const [count, way] = process.argv.slice(2);
for (let index = 0; index < Number(count); index++) trace.getTracer('many').startSpan(`span ${index}`).end();
logs.getLogger('many').emit({ body: 'work' });
metrics.getMeter('many').createCounter('work.done').add(1);
process.disconnect?.();
if (way === 'exit') process.exit(0);
if (way === 'crash') throw new Error('on purpose');
