// node --require signalbox/register test/e2e/programs/exceptions.mjs
// Everything that records exceptions: helpers, the API, and an instrumentation whose request is refused by PORT.
import http from 'node:http';
import { trace } from '@opentelemetry/api';
import { recordError, startSpan, withSpan } from 'signalbox';

await withSpan('throws', async () => {
  throw new RangeError('out of stock');
}).catch(() => {});
await withSpan('throws nothing', async () => {
  throw undefined;
}).catch(() => {});
withSpan('catches', () => recordError(Object.assign(new Error('busy'), { code: 'E_BUSY' })));

const block = startSpan('block');
block.recordException(new TypeError('no number'));
block.end();

const span = trace.getTracer('library', '1.2.3').startSpan('by the API');
span.recordException('only a text', 1_700_000_000_000);
span.addEvent('exception', { 'exception.type': 'Written', 'exception.message': 'by hand' });
span.addEvent('exception', { other: 'no exception of the conventions' });
span.end();

await new Promise((resolve) => http.get({ host: '127.0.0.1', port: process.env.PORT }).on('error', resolve));
