// node --require signalbox/register test/e2e/programs/bare-globals.cjs
// Takes away what it can of the globals, and what ends a process, then works and ends by the patched `process.exit`.
const http = require('node:http');

const { setTimeout: later, console: out } = globalThis;
const exit = process.exit;
process.exit = function (code) {
  out.log('exit was asked for');
  return Reflect.apply(exit, process, [code]);
};
const server = http.createServer((_request, response) => response.end('ok'));
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address();
  http.get({ port }, (response) => {
    response.resume().on('end', () => {
      for (const name of [
        'setTimeout',
        'setInterval',
        'setImmediate',
        'clearTimeout',
        'clearImmediate',
        'queueMicrotask',
        'performance',
        'structuredClone',
        'fetch',
        'Headers',
        'AbortController',
        'TextEncoder',
        'TextDecoder',
        'crypto',
        'SharedArrayBuffer',
        'console',
      ])
        delete globalThis[name];
      server.close();
      later(() => process.exit(7), 20);
    });
  });
});
