import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { whoClosed } from '../../../../src/instrumentation/http/http2-end.ts';

const ofSystem = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET', syscall: 'read' });
const ofNode = Object.assign(new Error('Stream closed with error code NGHTTP2_PROTOCOL_ERROR'), { code: 'ERR_HTTP2_STREAM_ERROR' });
const own = new RangeError('cannot go on');

describe('a stream that was not sent as a whole', () => {
  for (const [what, errored, isClosedHere, expected] of [
    ['without an error was closed by its client', undefined, false, { by: 'client' }],
    ['without an error was closed by the program that called close()', null, true, { by: 'server' }],
    ['with an error of the system lost its client', ofSystem, false, { by: 'client' }],
    ['with a code of HTTP/2 was reset by its client', ofNode, false, { by: 'client' }],
    ['with a code of HTTP/2 was reset by the program that called close()', ofNode, true, { by: 'server' }],
    ['with an error of the program was destroyed by it', own, false, { by: 'server', error: own }],
  ] as const) {
    it(what, () => assert.deepEqual(whoClosed({ errored, isClosedHere }), expected));
  }
});
