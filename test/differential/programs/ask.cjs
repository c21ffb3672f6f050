// What a client of a server sees: status, reason, headers but for the date, trailers, and the body; one request after another.
const http = require('node:http');
const { once } = require('node:events');
const { say, listeners } = require('./show.cjs');

const ask = (port, [method, path, { headers = {}, body, leave = false } = {}]) =>
  new Promise((resolve) => {
    const request = http.request({ port, host: '127.0.0.1', method, path, headers, agent: false }, (answer) => {
      const chunks = [];
      answer.on('data', (chunk) => {
        chunks.push(chunk);
        if (leave) request.destroy();
      });
      answer.once('error', ({ message }) => resolve([answer.statusCode, message]));
      answer.once('end', () => {
        const kept = answer.rawHeaders.map((part, at, all) =>
          at % 2 === 1 && /^(date|request-id|x-response-time)$/i.test(all[at - 1]) ? '…' : part,
        );
        resolve([answer.statusCode, answer.statusMessage, kept.join('|'), answer.trailers, Buffer.concat(chunks).toString()]);
      });
    });
    request.once('error', ({ message, code }) => resolve(['no answer', code ?? message]));
    request.end(body);
  });

/** @param server - that listens, or is about to. */
exports.askAll = async function askAll(server, requests) {
  if (!server.listening) await once(server, 'listening');
  const { port } = server.address();
  for (const request of requests) say(`${request[0]} ${request[1]}`, ...(await ask(port, request)).map((part) => part));
  const together = await Promise.all(Array.from({ length: 10 }, () => ask(port, requests[0])));
  say('together', new Set(together.map((answer) => JSON.stringify(answer))).size);
  say('server', listeners(server));
};
exports.end = function end() {
  if (process.env.END === 'throw') void Promise.reject(new RangeError('nobody handles this'));
};
exports.REQUESTS = [
  ['GET', '/orders/1'],
  ['GET', '/orders/2?full=1'],
  ['HEAD', '/orders/2'],
  ['POST', '/orders', { headers: { 'content-type': 'application/json' }, body: '{"a":1}' }],
  ['POST', '/orders', { headers: { 'content-type': 'application/json' }, body: '{"a":' }],
  ['GET', '/slow'],
  ['GET', '/stream'],
  ['GET', '/stream', { leave: true }],
  ['GET', '/throws'],
  ['GET', '/rejects'],
  ['GET', '/refused'],
  ['GET', '/missing'],
  ['GET', '/api/v1/users/ada'],
  ['DELETE', '/orders/1'],
  ['OPTIONS', '/orders/1'],
  ['GET', '/nowhere'],
  ['GET', '/%zz'],
];
