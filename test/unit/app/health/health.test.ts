import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { createHealth } from '../../../../src/app/health/health.ts';
import { noteHandledSignal, processState } from '../../../../src/runtime/process-state.ts';

const FOR_EVER = new Promise<never>(() => {});
/** A promise, and how it is resolved. */
function later<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve!: (value: T) => void;
  return { promise: new Promise<T>((settled) => (resolve = settled)), resolve };
}

/** Looks like a promise. */
function thenable(then: (resolve: (value: unknown) => void, reject: (error: unknown) => void) => void): object {
  return new Proxy({}, { get: (_, name) => (name === 'then' ? then : undefined) });
}

describe('the health of an application', () => {
  it('is healthy without checks', async () => {
    const report = await createHealth().report();
    assert.equal(report.status, 'healthy');
    assert.deepEqual(report.checks, {});
    assert.match(report.timestamp, /^\d{4}-\d\d-\d\dT.*Z$/);
  });

  it('is what the weakest critical check says', async () => {
    const health = createHealth();
    health.register('database', async () => {});
    assert.equal((await health.report()).status, 'healthy');
    health.register('cache', () => false, { critical: false });
    assert.equal((await health.report()).status, 'degraded');
    health.register('queue', () => ({ status: 'degraded', details: { depth: 12 } }));
    assert.equal((await health.report()).status, 'degraded');
    health.register('payments', () => Promise.reject(new Error('connection refused')));
    const report = await health.report();
    assert.equal(report.status, 'unhealthy');
    assert.equal(report.checks['payments']?.error, 'connection refused');
    assert.deepEqual(report.checks['queue']?.details, { depth: 12 });
    assert.equal(typeof report.checks['database']?.response_time_ms, 'number');
  });

  it('forgets a check that was taken out, and keeps the one that took its place', async () => {
    const health = createHealth();
    const takeOut = health.register('database', () => false);
    health.register('database', () => true);
    takeOut();
    assert.equal((await health.report()).checks['database']?.status, 'healthy');
    health.register('other', () => false)();
    assert.deepEqual(Object.keys((await health.report()).checks), ['database']);
  });

  it('runs a check once for 200 who ask at the same time', async () => {
    const health = createHealth();
    const { promise, resolve } = later<void>();
    let runs = 0;
    health.register('database', () => (runs++, promise));
    const asked = Array.from({ length: 200 }, () => health.report());
    resolve();
    const reports = await Promise.all(asked);
    assert.equal(runs, 1);
    assert.ok(reports.every(({ status }) => status === 'healthy'));
  });

  it('asks again only when the answer is old', async () => {
    const health = createHealth();
    let [cached, fresh] = [0, 0];
    health.register('cached', () => void cached++, { cacheMs: 60_000 });
    health.register('fresh', () => void fresh++, { cacheMs: 0 });
    for (let i = 0; i < 3; i++) await health.report();
    assert.deepEqual([cached, fresh], [1, 3]);
  });

  it('answers at the time-out of a check that hangs, and aborts its signal', async () => {
    const health = createHealth();
    const aborted = later<unknown>();
    health.register(
      'database',
      (signal) => {
        signal.addEventListener('abort', () => aborted.resolve(signal.reason));
        return FOR_EVER;
      },
      { timeoutMs: 20 },
    );
    health.register('cache', () => true);
    const report = await health.report();
    assert.equal(report.checks['database']?.error, 'the check did not answer within 20 ms');
    assert.equal(report.checks['cache']?.status, 'healthy');
    assert.match(String(await aborted.promise), /did not answer/);
  });

  it('does not start a hanging check again and again', async () => {
    const health = createHealth();
    const { promise, resolve } = later<void>();
    let runs = 0;
    health.register('database', () => (runs++, promise), { timeoutMs: 1, cacheMs: 0 });
    for (let i = 0; i < 6; i++) await health.report();
    assert.equal(runs, 3);
    assert.match((await health.report()).checks['database']?.error ?? '', /3 earlier runs have not answered yet/);
    resolve();
    await new Promise((turn) => setImmediate(turn));
    assert.equal((await health.report()).status, 'healthy');
  });

  it('fails a check that blocks the event loop for longer than its time-out, and not the others', async () => {
    const health = createHealth();
    health.register('slow', async () => new Promise((resolve) => setImmediate(resolve)), { timeoutMs: 30 });
    health.register(
      'blocking',
      () => {
        const until = performance.now() + 60;
        while (performance.now() < until);
      },
      { timeoutMs: 30 },
    );
    const { checks } = await health.report();
    assert.equal(checks['blocking']?.status, 'unhealthy');
    assert.equal(checks['slow']?.status, 'healthy');
  });

  it('never throws, whatever a check does', async () => {
    const unhandled: unknown[] = [];
    const listen = (error: unknown): void => void unhandled.push(error);
    process.on('unhandledRejection', listen);
    const hostile = new Proxy({}, { get: () => { throw new Error('trap'); }, has: () => { throw new Error('trap'); }, ownKeys: () => { throw new Error('trap'); }, getPrototypeOf: () => { throw new Error('trap'); } }); // prettier-ignore
    const cyclic: Record<string, unknown> = { status: 'degraded' };
    cyclic['details'] = cyclic;
    const thrown: readonly unknown[] = [
      undefined,
      null,
      0,
      'text',
      Symbol('s'),
      10n,
      hostile,
      new AggregateError([new Error('inner')]),
      () => {},
    ];
    const answers: readonly unknown[] = [...thrown, {}, [], new Map(), cyclic, Object.create(null), { status: 42 }, { status: Symbol('s') }, { status: 'grren' }, { details: hostile }, { details: { n: 10n, b: new Uint8Array(3), x: Number.NaN } }, { get status() { throw new Error('getter'); } }, thenable(() => { throw new Error('then'); }), thenable((_, reject) => { reject(1); reject(2); })]; // prettier-ignore
    const health = createHealth();
    thrown.forEach((error, i) => health.register(`throws ${i}`, () => { throw error; })); // prettier-ignore
    thrown.forEach((error, i) => health.register(`rejects ${i}`, () => Promise.reject(error)));
    answers.forEach((answer, i) => health.register(`answers ${i}`, () => answer));
    health.register('rejects when it is aborted', (signal) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('late')))), { timeoutMs: 5 }); // prettier-ignore
    for (const name of [undefined, '', '__proto__', 'constructor', {}, 'a'.repeat(10_000)]) health.register(name as string, () => true);
    health.register('no function', 'select 1' as unknown as () => unknown, { timeoutMs: Number.NaN, critical: 'no' as unknown as boolean });
    health.register('null options', () => true, null as unknown as undefined);
    const report = await health.report();
    await new Promise((resolve) => setImmediate(resolve));
    process.off('unhandledRejection', listen);
    assert.deepEqual(unhandled, []);
    assert.equal(report.status, 'unhealthy');
    assert.ok(Object.hasOwn(report.checks, '__proto__'));
    assert.equal(report.checks['no function']?.error, 'TypeError: the check must be a function, got string');
    assert.equal(report.checks[`rejects 7`]?.error, 'inner');
    JSON.parse(JSON.stringify(report));
  });

  it('is not hurt by what listeners to the abort of a check throw', async () => {
    const escaped: unknown[] = [];
    const listen = (error: unknown): void => void escaped.push(error);
    process.on('uncaughtException', listen).on('unhandledRejection', listen);
    const heard: string[] = [];
    const fail = (which: string): never => {
      heard.push(which);
      throw new Error(which);
    };
    const health = createHealth();
    health.register(
      'hanging',
      (signal) => {
        const removed = (): never => fail('removed');
        const twice = (): never => fail('twice');
        signal.addEventListener('abort', removed);
        signal.addEventListener('abort', twice);
        signal.addEventListener('abort', twice);
        signal.addEventListener('abort', { handleEvent: () => fail('object') } as never, { once: true });
        signal.addEventListener('abort', async () => fail('async'));
        signal.removeEventListener('abort', removed);
        signal.onabort = () => fail('replaced');
        signal.onabort = () => fail('onabort');
        assert.ok(signal instanceof AbortSignal);
        AbortSignal.any([signal]).addEventListener('abort', () => heard.push('derived'));
        return FOR_EVER;
      },
      { timeoutMs: 5 },
    );
    assert.equal((await health.report()).checks['hanging']?.error, 'the check did not answer within 5 ms');
    await new Promise((resolve) => setImmediate(resolve));
    process.off('uncaughtException', listen).off('unhandledRejection', listen);
    assert.deepEqual(escaped, []);
    assert.deepEqual(heard.toSorted(), ['async', 'derived', 'object', 'onabort', 'twice']);
  });

  it('shows no secret', async () => {
    const health = createHealth();
    health.register('telegram', () =>
      Promise.reject(new Error('GET https://api.telegram.org/bot123456789:AAEhBOweik6ad9r_QXMENQjcrGbqCr4K-bc/getMe failed')),
    );
    health.register('database', () => ({ details: { password: 'hunter2', url: 'postgres://app:hunter2@db/shop' }, status: 'degraded' }));
    const text = JSON.stringify(await health.report());
    assert.doesNotMatch(text, /AAEhBOweik6ad9r|hunter2/);
  });
});

describe('readiness', () => {
  afterEach(() => void (processState.isEnding = false));

  it('ends at the first sign of an end, without a check being run', async () => {
    const health = createHealth();
    let runs = 0;
    health.register('database', () => void runs++, { cacheMs: 0 });
    assert.equal((await health.readiness()).status, 'healthy');
    noteHandledSignal('SIGHUP');
    assert.equal((await health.readiness()).status, 'healthy');
    noteHandledSignal('SIGTERM');
    const report = await health.readiness();
    assert.deepEqual([report.status, report.shutting_down, runs], ['unhealthy', true, 2]);
    assert.equal((await health.report()).status, 'healthy');
  });

  it('ends when the application says so', async () => {
    const health = createHealth();
    health.shuttingDown();
    assert.equal((await health.readiness()).status, 'unhealthy');
    health.shuttingDown(false);
    assert.equal((await health.readiness()).status, 'healthy');
  });
});
