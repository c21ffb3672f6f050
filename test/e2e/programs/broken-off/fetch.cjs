// node --require signalbox/register test/e2e/programs/broken-off/fetch.cjs : `fetch` that is given up for each kind of reason.
const http = require('node:http');

const REASONS = {
  none: undefined,
  text: 'the visitor left',
  number: 5,
  object: { left: true },
  null: null,
  error: new Error('the visitor left'),
};

const server = http.createServer((request, response) => {
  if (request.url.startsWith('/begins')) response.write('abc');
});

server.listen(0, '127.0.0.1', async () => {
  const base = `http://127.0.0.1:${server.address().port}`;
  for (const [name, reason] of Object.entries(REASONS)) {
    const { body } = await fetch(`${base}/begins/${name}`);
    const reader = body.getReader();
    await reader.read();
    await reader.cancel(reason);

    const controller = new AbortController();
    server.once('request', () => controller.abort(reason));
    await fetch(`${base}/silent/${name}`, { signal: controller.signal }).catch(() => {});
  }
  await fetch(`${base}/silent/timeout`, { signal: AbortSignal.timeout(20) }).catch(() => {});
  const failing = new ReadableStream({ pull: (controller) => controller.error(new RangeError('no more')) });
  await fetch(`${base}/silent/body-fails`, { method: 'POST', body: failing, duplex: 'half' }).catch(() => {});
  server.once('request', (request) => request.socket.destroy());
  await fetch(`${base}/silent/broken`).catch(() => {});
  server.closeAllConnections();
  server.close();
});
