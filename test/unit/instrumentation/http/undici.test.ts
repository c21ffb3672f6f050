/** What is read of requests of undici, what is added to them, and what their ends mean. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { headerValues, replaceHeaders, targetOf, type UndiciRequest } from '../../../../src/instrumentation/http/undici-request.ts';
import { undiciFailure } from '../../../../src/instrumentation/http/undici-failure.ts';
import { noteRedirect, resendsOf, withAttempt } from '../../../../src/instrumentation/http/undici-resends.ts';
import { loadApi } from '../../../../src/runtime/otel.ts';

const { ROOT_CONTEXT, createContextKey } = loadApi();
const ADDED = { traceparent: 'ours', tracestate: 'a=b' };

function withHeaders(headers: unknown, added: Readonly<Record<string, string>> = ADDED): unknown {
  const request: UndiciRequest = { origin: 'http://it', method: 'GET', path: '/', headers };
  replaceHeaders(request, added);
  return request.headers;
}

describe('headers', () => {
  it('are added after those of the application, in place of those of the same names', () => {
    const given = ['x-a', '1', 'TraceParent', 'theirs', 'x-b', ['2', '3'], 'tracestate', 't=1', 'traceparent', ['x', 'y']];
    const before = [...given];
    assert.deepEqual(withHeaders(given), ['x-a', '1', 'x-b', ['2', '3'], 'traceparent', 'ours', 'tracestate', 'a=b']);
    assert.deepEqual(given, before);
  });

  it('are lines in undici 5', () => {
    assert.equal(withHeaders(''), 'traceparent: ours\r\ntracestate: a=b\r\n');
    assert.equal(
      withHeaders('x-a: 1\r\nTraceparent: theirs\r\nx-b: 2\r\n'),
      'x-a: 1\r\nx-b: 2\r\ntraceparent: ours\r\ntracestate: a=b\r\n',
    );
  });

  it('that would break the request are not added, and a request of an unknown kind stays as it is', () => {
    assert.deepEqual(withHeaders(['x-a', '1'], { baggage: 'a\r\nx-evil: 1' }), ['x-a', '1']);
    assert.deepEqual(withHeaders({ 'x-a': '1' }), { 'x-a': '1' });
    assert.equal(withHeaders(undefined), undefined);
  });

  it('are read as texts, as bytes, as lines and from an object', () => {
    for (const headers of [
      ['X-Many', 'a', 'other', '1', 'x-many', ['b', 'c']],
      [
        Buffer.from('X-Many'),
        Buffer.from('a'),
        Buffer.from('other'),
        Buffer.from('1'),
        Buffer.from('x-many'),
        [Buffer.from('b'), Buffer.from('c')],
      ],
      'X-Many: a\r\nother: 1\r\nx-many: b\r\nx-many:c\r\n',
      { 'x-many': ['a', 'b', 'c'] },
    ])
      assert.deepEqual(headerValues(headers, 'x-many'), ['a', 'b', 'c']);
    for (const headers of [undefined, null, [], '', {}]) assert.deepEqual(headerValues(headers, 'x-many'), []);
  });
});

describe('where a request goes', () => {
  for (const [origin, path, expected] of [
    ['http://it', '/a?b=1', { url: 'http://it/a?b=1', address: 'it', port: 80 }],
    ['https://it:8443', '/', { url: 'https://it:8443/', address: 'it', port: 8443 }],
    [new URL('https://It/ignored'), '/', { url: 'https://it/', address: 'it', port: 443 }],
    ['http://[::1]:81', '/', { url: 'http://[::1]:81/', address: '::1', port: 81 }],
    ['http://proxy:3128', 'http://it/a', { url: 'http://it/a', address: 'it', port: 80 }],
    ['nowhere', '/', undefined],
    [undefined, '/', undefined],
  ] as const) {
    it(`${String(origin)} ${path}`, () => {
      assert.deepEqual(targetOf({ origin, path, method: 'GET', headers: [] }), expected);
    });
  }
});

describe('a request that ended with', () => {
  const coded = (code: string, name = 'Error'): Error => Object.assign(new Error('it broke'), { code, name });
  for (const [what, error, isSending, isFailure] of [
    ['an abort', new DOMException('aborted', 'AbortError'), false, false],
    ['a time-out of a signal', new DOMException('late', 'TimeoutError'), false, true],
    ['an abort of undici', coded('UND_ERR_ABORTED', 'AbortError'), false, false],
    ['a client that the program destroyed', coded('UND_ERR_DESTROYED'), false, false],
    ['a time-out of undici', coded('UND_ERR_HEADERS_TIMEOUT'), false, true],
    ['a closed connection', coded('UND_ERR_SOCKET'), false, true],
    ['an error of the system', coded('ECONNREFUSED'), false, true],
    ['a text as the reason', 'left', false, false],
    ['no reason', undefined, false, false],
    ['an error of the program', new RangeError('left'), false, false],
    ['an error while the body is sent, which may be that of the body', new RangeError('no more'), true, true],
  ] as const) {
    it(`${what} ${isFailure ? 'failed' : 'was given up'}`, () => {
      assert.equal(undiciFailure(error, isSending)?.error, isFailure ? error : undefined);
    });
  }
});

describe('a request is sent again', () => {
  const attempt = { method: 'GET', url: 'http://it/a', next: 1 };
  const fresh = () => ROOT_CONTEXT.setValue(createContextKey('a test'), true);

  it('by who hears how the same one ended, and not when another is sent there', () => {
    const context = withAttempt(fresh(), attempt);
    assert.equal(resendsOf(context, 'GET', 'http://it/a'), 1);
    assert.equal(resendsOf(context, 'POST', 'http://it/a'), 0);
    assert.equal(resendsOf(context, 'GET', 'http://it/b'), 0);
    assert.equal(resendsOf(fresh(), 'GET', 'http://it/a'), 0);
  });

  it('to where its response said, once', () => {
    const context = fresh();
    noteRedirect(context, { ...attempt, next: 2, location: 'http://it/b' });
    assert.equal(resendsOf(fresh(), 'GET', 'http://it/b'), 0);
    assert.equal(resendsOf(context, 'POST', 'http://it/b'), 2);
    assert.equal(resendsOf(context, 'POST', 'http://it/b'), 0);
  });

  it('and redirects that nobody follows are forgotten', () => {
    const context = fresh();
    for (let id = 0; id < 100; id++) noteRedirect(context, { ...attempt, location: `http://it/${id}` });
    assert.equal(resendsOf(context, 'GET', 'http://it/79'), 0);
    assert.equal(resendsOf(context, 'GET', 'http://it/80'), 1);
  });
});
