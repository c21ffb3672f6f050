/** One record for each request, and its id. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { startCollector } from './kit/collector.ts';
import { PROGRAMS, runProgram, type Preload } from './kit/run-program.ts';

type Line = Record<string, unknown>;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const QUIET = { OTEL_TRACES_EXPORTER: 'none', OTEL_METRICS_EXPORTER: 'none', OTEL_LOGS_EXPORTER: 'none' };

async function run(env: Readonly<Record<string, string>>, preload: Preload = 'require', file = 'access.cjs') {
  const {
    code,
    stdout,
    ownStderr: stderr,
  } = await runProgram({ program: join(PROGRAMS, 'logging', file), preload, env: { ...QUIET, ...env } });
  assert.equal(code, 0, stderr);
  const lines = stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line);
  return { stderr, access: lines.filter(({ logger }) => logger === 'access'), app: lines.filter(({ logger }) => logger === 'app') };
}

describe('the access log', { concurrency: 2 }, () => {
  it('has one record for each request, with the ids of its span, at the receiver as well', async () => {
    await using collector = await startCollector();
    const { access, app } = await run({
      ...collector.env,
      OTEL_TRACES_EXPORTER: 'otlp',
      OTEL_LOGS_EXPORTER: 'otlp',
      LOG_ACCESS_EXCLUDE: '/static/*',
      LOG_ACCESS_CLIENT: 'true',
    });
    const short = access.map(({ level, message, method, path, status, user_id, error_type }) => [
      level,
      message,
      method,
      path,
      status,
      user_id,
      error_type,
    ]);
    assert.deepEqual(short, [
      ['info', 'GET /orders/17 200', 'GET', '/orders/17', 200, 'ann', undefined],
      ['info', 'GET /orders/18 200', 'GET', '/orders/18', 200, 'ann', undefined],
      ['error', 'GET /fails 503', 'GET', '/fails', 503, undefined, '503'],
      ['error', 'GET /drops', 'GET', '/drops', undefined, undefined, 'destroyed'],
      ['info', 'GET /nested 200', 'GET', '/nested', 200, 'nested', undefined],
    ]);
    const [first, second] = access;
    assert.deepEqual([first?.['request_id'], first?.['client_address']], ['given-1', '192.0.2.7']);
    assert.match(String(second?.['request_id']), UUID, 'what is no id is not taken over');
    assert.ok((first?.['duration_ms'] as number) >= 0 && (first?.['bytes'] as number) > 100);
    const idsOf = ({ request_id, trace_id }: Line): unknown[] => [request_id, trace_id];
    assert.deepEqual(app.slice(0, 2).map(idsOf), access.slice(0, 2).map(idsOf));
    const servers = collector.store.spans().filter(({ kind }) => kind === 'server');
    const received = collector.store.logs().filter(({ scope }) => scope.name === 'access');
    assert.equal(received.length, 5);
    for (const { traceId, spanId, attributes } of received) {
      const span = servers.find((each) => each.traceId === traceId);
      assert.equal(span?.spanId, spanId);
      assert.equal(span?.attributes['request_id'], attributes['request_id']);
    }
    assert.doesNotMatch(JSON.stringify(access), /hunter2secret/);
  });

  it('leaves answers alone unless SIGNALBOX_REQUEST_ID_HEADER asks for a header', async () => {
    const bare = await run({}, 'none');
    const watched = await run({});
    assert.equal(watched.stderr, bare.stderr);
    assert.match((await run({ SIGNALBOX_REQUEST_ID_HEADER: 'X-Request-Id' })).stderr, /^header given-1 \{"x-request-id":"given-1"\}$/m);
  });

  it('is switched off, sampled and levelled by settings; failures always have a record', async () => {
    assert.equal((await run({ LOG_ACCESS: 'false' })).access.length, 0);
    assert.deepEqual(
      (await run({ LOG_ACCESS_SAMPLE: '0' })).access.map(({ path }) => path),
      ['/fails', '/drops'],
    );
    assert.equal((await run({ LOG_LEVEL: 'info,access=none' })).access.length, 0);
    assert.equal((await run({ LOG_LEVEL: 'info,access=none' })).app.length, 4);
  });

  it('is there for an application that does not import the logger, when LOG_ACCESS=true', async () => {
    const { access } = await run({ LOG_ACCESS: 'true' }, 'require', 'no-logger.cjs');
    assert.deepEqual(
      access.map(({ message }) => message),
      ['GET /x 200'],
    );
    assert.equal((await run({}, 'require', 'no-logger.cjs')).access.length, 0);
  });
});

describe('requestMiddleware()', () => {
  for (const preload of ['none', 'require'] as const)
    it(`[${preload}] binds the id, answers with it, and there is one access record`, async () => {
      const { access, app, stderr } = await run({}, preload, 'middleware.cjs');
      assert.match(stderr, /^header r-7$/m);
      assert.deepEqual(
        [...app, ...access].map(({ message, request_id, user_id }) => [message, request_id, user_id]),
        [
          ['handling', 'r-7', 'ann'],
          ['GET /orders/7 200', 'r-7', 'ann'],
        ],
      );
    });
});

describe('logPerformance()', () => {
  it('logs seconds and milliseconds, and warns from LOG_SLOW_SECONDS on', async () => {
    const { stdout } = await runProgram({
      program: join(PROGRAMS, 'logging/performance.cjs'),
      preload: 'none',
      env: { LOG_SLOW_SECONDS: '0.5' },
    });
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Line);
    assert.deepEqual(
      lines.map(({ level, logger, message, operation, duration_seconds, duration_ms, cart }) => [
        level,
        logger,
        message,
        operation,
        duration_seconds,
        duration_ms,
        cart,
      ]),
      [
        ['info', 'performance', 'load cart took 123.4 ms', 'load cart', 0.1234, 123.4, 7],
        ['warn', 'performance', 'slow took 500 ms', 'slow', 0.5, 500, undefined],
        ['info', 'performance', 'odd took an unknown time', 'odd', null, null, undefined],
      ],
    );
  });
});
