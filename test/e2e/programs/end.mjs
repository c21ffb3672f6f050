// node --import signalbox/register test/e2e/programs/end.mjs
// The same as `end.cjs natural`, in an ES module that waits at its top level.
import { logs, trace } from '@opentelemetry/api';

const tracer = trace.getTracer('end');
const logger = logs.getLogger('end');
for (let id = 0; id < 1500; id++) tracer.startSpan('work', { attributes: { 'oracle.id': `a${id}` } }).end();
await new Promise((resolve) => setTimeout(resolve, 20));
for (let id = 0; id < 100; id++) logger.emit({ body: 'work', attributes: { 'oracle.id': `a${id}` } });
console.log('recorded');
if (process.env.HELD_AFTER_MS !== undefined) setTimeout(() => console.log('still there'), Number(process.env.HELD_AFTER_MS)).unref();
