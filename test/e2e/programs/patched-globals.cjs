// node --require signalbox/register test/e2e/programs/patched-globals.cjs
// Replaces what libraries for tests and time travel replace, works, and tells which of it signalbox called afterwards.
const crypto = require('node:crypto');
const fs = require('node:fs');
const http = require('node:http');

const called = new Set();
function watch(owner, name, label) {
  const original = owner[name];
  owner[name] = function (...args) {
    const caller = new Error().stack.split('\n')[2] ?? '';
    if (/\/dist\//.test(caller) && !caller.includes('node_modules')) called.add(`${label}.${name} by ${caller.trim()}`);
    return new.target === undefined ? Reflect.apply(original, this, args) : Reflect.construct(original, args);
  };
}
watch(Math, 'random', 'Math');
watch(Date, 'now', 'Date');
watch(performance, 'now', 'performance');
watch(process, 'hrtime', 'process');
watch(process, 'emit', 'process');
for (const name of ['randomBytes', 'randomUUID', 'randomFillSync', 'getRandomValues']) watch(crypto, name, 'crypto');
for (const name of ['setTimeout', 'setInterval', 'setImmediate', 'clearTimeout', 'clearInterval', 'queueMicrotask', 'Date'])
  watch(globalThis, name, 'globalThis');
for (const name of ['writeSync', 'readFileSync']) watch(fs, name, 'fs');

const server = http.createServer((_request, response) => setTimeout(() => response.end('ok'), 1));
server.listen(0, '127.0.0.1', async () => {
  for (let turn = 0; turn < 3; turn++) {
    await new Promise((resolve) => http.get({ port: server.address().port }, (response) => response.resume().on('end', resolve)));
  }
  server.close();
});
process.on('exit', () => console.log(JSON.stringify([...called])));
