/** Options that only the official instrumentation of `node:http` knows bring it in the place of ours, whoever loads `node:http`. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { startCollector } from './kit/collector.ts';
import { runProgram } from './kit/run-program.ts';

const TRACE_ID = '0123456789abcdef0123456789abcdef';
const HEADERS = `{ 'x-note': 'an ordinary note', traceparent: '00-${TRACE_ID}-0123456789abcdef-01' }`;
/** Asks itself from a plain socket, for a client of ours would send a trace of its own. */
const askItself = (server: string): string => `
  const { connect } = require('node:net');
  const server = ${server};
  server.listen(0, () => {
    const lines = Object.entries(${HEADERS}).map(([name, value]) => name + ': ' + value);
    const socket = connect(server.address().port, () => socket.write(['GET / HTTP/1.1', 'host: it', 'connection: close', ...lines, '', ''].join('\\r\\n')));
    socket.resume().on('end', () => server.close());
  });`;

describe('headers of requests as attributes', { concurrency: 2 }, () => {
  for (const [what, server] of Object.entries({
    'node:http': `require('node:http').createServer((request, response) => response.end('hello'))`,
    Express: `(() => { const app = require('express')(); app.get('/', (request, response) => response.end('hello')); return require('node:http').createServer(app); })()`,
  })) {
    for (const preload of ['require', 'import'] as const) {
      it(`of ${what}, by --${preload}, stand on a server span in the caller's trace`, async () => {
        await using collector = await startCollector();
        const options = { http: { headersToSpanAttributes: { server: { requestHeaders: ['x-note'] } } } };
        const ending = await runProgram({
          program: '-e',
          args: [askItself(server)],
          preload,
          env: { ...collector.env, SIGNALBOX_INSTRUMENTATION_OPTIONS: JSON.stringify(options) },
        });
        assert.equal(ending.code, 0, ending.stderr);
        const span = collector.store.spans().find(({ kind }) => kind === 'server');
        assert.equal(span?.traceId, TRACE_ID);
        assert.deepEqual(span?.attributes['http.request.header.x-note'] ?? span?.attributes['http.request.header.x_note'], [
          'an ordinary note',
        ]);
      });
    }
  }
});
