// node --require signalbox/register test/e2e/programs/untouched/client-calls.cjs
// Asks a server in every way that there is, and prints what the server heard.
const http = require('node:http');
const { EventEmitter, once } = require('node:events');

const PROPAGATION = new Set(['traceparent', 'tracestate', 'baggage']);
/** Of what was sent, what no trace context is. */
function heard({ method, url, rawHeaders }) {
  const headers = [];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    if (!PROPAGATION.has(rawHeaders[index].toLowerCase())) headers.push(`${rawHeaders[index]}: ${rawHeaders[index + 1]}`);
  }
  return [method, url, ...headers].join(' | ');
}

const server = http.createServer((request, response) => {
  const names = request.rawHeaders.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase());
  const sent = ['traceparent', 'tracestate'].map((name) => names.filter((each) => each === name).length);
  request.resume().on('end', () => response.end(JSON.stringify({ heard: heard(request), sent })));
});

async function main() {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address();
  const url = `http://127.0.0.1:${port}`;
  const old = ['Traceparent', `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`, 'TraceState', 'vendor=1'];
  const asObject = { [old[0]]: old[1], [old[2]]: old[3], 'X-Given': '1' };
  class Url extends URL {}
  const agent = new http.Agent();
  agent.defaultPort = port;
  const calls = {
    url: () => http.get(`${url}/path?a=1`),
    'url and options': () => http.get(new URL(url), { headers: { 'X-Given': '1' }, path: '/b' }),
    'a url that encodes its password': () => http.get(new URL(`http://ann%40corp:p%40ss@127.0.0.1:${port}/`)),
    'a class of urls': () => http.get(new Url(url), { method: 'PUT' }),
    'headers in a list': () => http.get({ port, host: '127.0.0.1', headers: ['Host', 'a', 'X-Given', '1', 'X-Given', '2', ...old] }),
    'headers that are handed on': () => http.get(url, { headers: asObject }),
    'expecting to go on': () => http.request(url, { method: 'POST', headers: { Expect: '100-continue', ...asObject } }).end('body'),
    'a port of the agent': () => http.get({ host: '127.0.0.1', agent }),
    'a default port': () => http.get({ host: '127.0.0.1', defaultPort: port }),
    'another host name': () => http.get({ host: '127.0.0.1', port, headers: { host: 'shop.example' } }),
    'a path of a proxy': () => http.get({ host: '127.0.0.1', port, path: 'http://shop.example/path' }),
  };
  for (const [name, call] of Object.entries(calls)) {
    const [answer] = await once(call(), 'response');
    const { heard, sent } = JSON.parse((await answer.toArray()).join(''));
    console.log(name, '→', heard.replaceAll(port, 'PORT'));
    console.error(`sent ${sent.join(' ')}`);
  }
  const { heard, sent } = await (await fetch(url, { headers: asObject })).json();
  console.log('fetch →', heard.replaceAll(port, 'PORT'));
  console.error(`sent ${sent.join(' ')}`);
  console.log(
    http.request.name,
    http.request.length,
    http.get.name,
    http.get.length,
    http.Server.prototype.emit === EventEmitter.prototype.emit,
  );
  server.closeAllConnections();
  server.close();
}

main();
