/** Requests that are given up, and responses that are broken off: whose doing it was, on the span and on its duration. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { HistogramPoint, ReceivedSpan } from '../../src/otlp/decode/model.ts';
import { startCollector, type Collector } from './kit/collector.ts';
import { PROGRAMS, runProgram } from './kit/run-program.ts';

interface Expected {
  /** Without it none must be claimed. */
  readonly status?: number;
  /** `error.type`; without it there must be none. */
  readonly type?: string;
  /** Whether the span's status is an error. Default: whether there is a type. */
  readonly isError?: boolean;
  /** Message of the exception that is recorded. */
  readonly exception?: string;
}

const FINE: Expected = { status: 200 };
const GIVEN_UP: Expected = {};
const HANG_UP: Expected = { type: 'ECONNRESET', exception: 'socket hang up' };
const CUT: Expected = { status: 200, type: 'ECONNRESET', exception: 'aborted' };

const CLIENT: Readonly<Record<string, Expected>> = {
  '/silent/destroy': GIVEN_UP,
  '/silent/destroy-at-once': GIVEN_UP,
  '/silent/abort': GIVEN_UP,
  '/silent/socket': GIVEN_UP,
  '/silent/agent': GIVEN_UP,
  '/silent/signal': GIVEN_UP,
  '/silent/signal-with-reason': GIVEN_UP,
  '/silent/signal-at-once': GIVEN_UP,
  '/silent/canceled': GIVEN_UP,
  '/silent/error': { type: 'TypeError', exception: 'gave up' },
  '/silent/timeout': { type: 'timeout', exception: 'socket hang up' },
  '/silent/set-timeout': { type: 'timeout', exception: 'socket hang up' },
  '/silent/timeout-signal': { type: 'TimeoutError', exception: 'The operation was aborted' },
  '/begins/destroy': FINE,
  '/begins/response': FINE,
  '/begins/signal': FINE,
  '/begins/loop': FINE,
  '/begins/pipeline': FINE,
  '/begins/error': { status: 200, type: 'TypeError', exception: 'cannot be read' },
  '/begins/timeout': { status: 200, type: 'timeout', exception: 'aborted' },
  '/ends': HANG_UP,
  '/resets': { type: 'ECONNRESET', exception: 'read ECONNRESET' },
  '/short': CUT,
  '/short-chunk': CUT,
  '/resets-midway': { status: 200, type: 'ECONNRESET', exception: 'read ECONNRESET' },
  '/garbage': { type: 'HPE_INVALID_CONSTANT', exception: 'Parse Error: Expected HTTP/, RTSP/ or ICE/' },
  '/no-length': FINE,
  '/http-1.0': FINE,
  '/whole': FINE,
  '/whole/destroy-afterwards': FINE,
  '/none': { status: 204 },
  '/same': { status: 304 },
  '/head': FINE,
  '/continue': FINE,
  '/switches': { status: 101 },
  '/missing': { status: 404, type: '404' },
};

const FETCH: Readonly<Record<string, Expected>> = {
  ...Object.fromEntries(
    ['none', 'text', 'number', 'object', 'null', 'error'].flatMap((reason) => [
      [`/begins/${reason}`, FINE],
      [`/silent/${reason}`, GIVEN_UP],
    ]),
  ),
  '/silent/timeout': { type: 'TimeoutError', exception: 'The operation was aborted due to timeout' },
  '/silent/body-fails': { type: 'RangeError', exception: 'no more' },
  '/silent/broken': { type: 'UND_ERR_SOCKET', exception: 'other side closed' },
};

const WENT_AWAY: Expected = { type: 'aborted', isError: false };
const WENT_MIDWAY: Expected = { status: 200, type: 'aborted', isError: false };
const DESTROYED: Expected = { status: 200, type: 'destroyed' };

const SERVER: Readonly<Record<string, Expected>> = {
  '/before/waits': WENT_AWAY,
  '/midway/waits': WENT_MIDWAY,
  '/midway/ticks': WENT_MIDWAY,
  '/reset/midway/ticks': WENT_MIDWAY,
  '/much': WENT_MIDWAY,
  '/uploads': WENT_AWAY,
  '/broken/uploads': WENT_AWAY,
  '/before/destroys': { type: 'destroyed' },
  '/midway/destroys': DESTROYED,
  '/before/destroys-error': { type: 'RangeError', exception: 'cannot go on' },
  '/midway/destroys-error': { status: 200, type: 'RangeError', exception: 'cannot go on' },
  '/midway/destroys-socket': DESTROYED,
  '/midway/destroys-request': { status: 200, type: 'RangeError', exception: 'cannot go on' },
  '/pipes': { status: 200, type: 'ENOENT', exception: 'the table is gone' },
  '/fails': { status: 500, type: '500' },
  '/whole': FINE,
  '/head/whole': FINE,
  '/old/whole': FINE,
  '/continue/uploads': FINE,
  '/first/whole': FINE,
  '/second/whole': FINE,
  '/first/waits': WENT_AWAY,
  '/second/waits': WENT_AWAY,
};

function described({ status, attributes, events }: ReceivedSpan): object {
  return {
    status: attributes['http.response.status_code'],
    type: attributes['error.type'],
    isError: status.code === 'error',
    exceptions: events.filter(({ name }) => name === 'exception').map((event) => event.attributes['exception.message']),
  };
}

function wanted({ status, type, isError = type !== undefined, exception }: Expected): object {
  return { status, type, isError, exceptions: exception === undefined ? [] : [exception] };
}

const pathOf = ({ attributes }: ReceivedSpan): string => String(attributes['url.path'] ?? new URL(String(attributes['url.full'])).pathname);

function assertEnds({ store }: Collector, kind: 'client' | 'server', expected: Readonly<Record<string, Expected>>): void {
  const spans = store.spans().filter((span) => span.kind === kind);
  assert.deepEqual(spans.map(pathOf).sort(), Object.keys(expected).sort());
  assert.deepEqual(
    Object.fromEntries(spans.map((span) => [pathOf(span), described(span)]).sort()),
    Object.fromEntries(
      Object.entries(expected)
        .map(([path, each]) => [path, wanted(each)])
        .sort(),
    ),
  );
  const metric = store.metrics().findLast(({ name }) => name === `http.${kind}.request.duration`);
  assert.ok(metric, 'no durations');
  const counted = (metric.points as readonly HistogramPoint[]).flatMap(({ attributes, count }) =>
    Array<string>(Number(count)).fill(`${attributes['http.response.status_code']} ${attributes['error.type']}`),
  );
  assert.deepEqual(
    counted.sort(),
    Object.values(expected)
      .map(({ status, type }) => `${status} ${type}`)
      .sort(),
  );
}

it('a request that its own program gave up is no error; one that timed out, or that the other side broke off, is', async () => {
  await using collector = await startCollector();
  const ending = await runProgram({ program: join(PROGRAMS, 'broken-off/client.cjs'), env: collector.env });
  assert.deepEqual([ending.code, ending.ownStderr], [0, '']);
  assertEnds(collector, 'client', CLIENT);
});

it('the same by fetch, whatever the reason that is given', async () => {
  await using collector = await startCollector();
  const ending = await runProgram({ program: join(PROGRAMS, 'broken-off/fetch.cjs'), env: collector.env });
  assert.deepEqual([ending.code, ending.ownStderr], [0, '']);
  assertEnds(collector, 'client', FETCH);
});

describe('a response that was broken off is told from a whole one, and who did it', () => {
  for (const framework of ['http', 'express', 'koa', 'fastify']) {
    it(`by handlers of ${framework}`, async () => {
      await using collector = await startCollector();
      const program = join(PROGRAMS, 'broken-off/server.cjs');
      const ending = await runProgram({ program, args: [framework], env: collector.env });
      assert.deepEqual([ending.code, ending.ownStderr], [0, '']);
      assertEnds(collector, 'server', SERVER);
    });
  }
});
