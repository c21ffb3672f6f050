// node --require signalbox/register test/e2e/programs/three-signals.cjs [at-once]
// Records a span, a log record and a count, and says so. Then ends, at once or when it is told to.
const { logs, metrics, trace } = require('@opentelemetry/api');

trace.getTracer('three').startSpan('work').end();
logs.getLogger('three').emit({ body: 'work' });
metrics.getMeter('three').createCounter('work.done').add(1);
console.log('recorded');

if (process.argv[2] === 'at-once') process.disconnect?.();
else process.on('message', () => process.disconnect());
