// node --require signalbox/register requests.cjs: 50 requests at the same time, each with tags of its own
const { createServer, get } = require('node:http');
const { once } = require('node:events');
const { setTimeout: later } = require('node:timers/promises');
const { trace } = require('@opentelemetry/api');
const { withLogContext } = require('signalbox/logging');
const { addBreadcrumb, captureException, withErrorHandler } = require('signalbox/sentry');

const REQUESTS = 50;

async function main() {
  let sentry;
  if (process.argv[2] === 'own-functions') {
    await later(150);
    // Sentry is loaded after the application has started.
    while (!(sentry = require('@sentry/node')).getClient()) await later(5);
  }
  let arrived = 0;
  let release;
  const all = new Promise((resolve) => (release = resolve));
  const server = createServer(async (request, response) => {
    const number = request.url.slice(1);
    await withLogContext({ user_id: `user-${number}`, shop: `shop-${number}` }, async () => {
      await withErrorHandler({ request: number }, async () => {
        addBreadcrumb({ message: `crumb ${number}` });
        sentry?.setTag('own', number);
        if (++arrived === REQUESTS) release();
        await all;
        await later(Math.random() * 5);
        const { traceId, spanId } = trace.getActiveSpan().spanContext();
        captureException(new Error('always the same'), { extra: { traceId, spanId } });
      });
    });
    response.end();
  }).listen(0);
  await once(server, 'listening');
  const { port } = server.address();
  await Promise.all(
    Array.from({ length: REQUESTS }, async (_, number) => {
      const [response] = await once(get({ port, path: `/${number}`, agent: false }), 'response');
      await once(response.resume(), 'end');
    }),
  );
  process.exit();
}

main();
