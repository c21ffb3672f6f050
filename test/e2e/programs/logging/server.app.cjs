// Answers each request after it has logged before and after a wait; a transport of its own acknowledges slowly.
const { once } = require('node:events');
const { createServer, request } = require('node:http');
const { Transport } = require('winston');
module.exports = async ({ getLogger, setLogContext }) => {
  const logger = getLogger('server');
  const seen = [];
  logger.add(
    new Transport({
      log(info, done) {
        seen.push(info);
        setTimeout(done, 1);
      },
    }),
  );
  const server = createServer(async (incoming, response) => {
    const n = Number(incoming.url.slice(2));
    setLogContext({ n });
    await new Promise((resolve) => setTimeout(resolve, n % 7));
    logger.child({ part: 'handler' }).info('in the handler', { given: n });
    setTimeout(() => response.end('ok', () => logger.info('answered', { given: n })), n % 3);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  const ask = (n) =>
    new Promise((resolve, reject) => {
      request({ port, path: `/?${n}`, headers: { 'x-request-id': `request-${n}` } }, (answer) => {
        answer.resume().on('end', () => resolve(answer.headers));
      })
        .on('error', reject)
        .end();
    });
  await Promise.all(Array.from({ length: 200 }, (_, n) => ask(n)));
  while (seen.length < 400) await new Promise((resolve) => setTimeout(resolve, 5));
  for (const info of seen)
    process.stderr.write(
      `transport ${JSON.stringify({ given: info.given, n: info.n, request_id: info.request_id, trace_id: info.trace_id })}\n`,
    );
  server.close();
};
