// Logs what is hard to store, once told to by a request, and answers with the id of its trace.
//   node --require signalbox/register log-everything.cjs
'use strict';
const { createServer } = require('node:http');
const { trace } = require('@opentelemetry/api');
const { getLogger } = require('signalbox/logging');

const logger = getLogger('orders');

class PaymentError extends Error {
  name = 'PaymentError';
  code = 'E_DECLINED';
}

const server = createServer((request, response) => {
  logger.warn('order is late', { order_id: 17, customer: { tier: 'gold' }, tags: ['a', 'b'], paid: true });
  logger.error('payment failed', new PaymentError('declined', { cause: new Error('no route') }));
  // Within one millisecond.
  for (let i = 0; i < 200; i += 1) logger.info('tick');
  for (let i = 0; i < 200; i += 1) logger.info(`step ${i}`);
  // Names of which Loki can make nothing, text of every kind, and much of it.
  logger.info('names', { имя: 'Анна', 名前: 'hanako', 'a b': 1, __proto: 2, 9: 'nine', _: 3 });
  // Names of field sets of ECS with values of other types than theirs.
  logger.info('roots', {
    user: 'ann',
    host: 3,
    error: 'text',
    http: { request: 'GET' },
    'url.path': 5,
    tags: {},
    labels: 'x',
    user_id: 42,
    fields: 'f',
    'event.duration': 'long',
    log: null,
  });
  logger.info('line 1\nline 2 \u2028 \u001b[31mred\u001b[0m \u0000 "quoted" {{.x}} 😀');
  logger.info('x'.repeat(60_000), { y: 'y'.repeat(10_000) });
  response.end(trace.getActiveSpan().spanContext().traceId);
});
server.listen(0, '127.0.0.1', () => console.log(`port ${server.address().port}`));
process.on('SIGTERM', () => server.close());
