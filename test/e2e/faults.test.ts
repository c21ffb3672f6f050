/**
 * Faults on the way to the collector and unusual ends of the process. Each program gives its spans ids of their own, so
 * that at the end each id has arrived, or is counted in the line about what was lost; twice only where an answer was lost.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import tls from 'node:tls';
import { startReceiver } from '../../src/receiver/receiver.ts';
import { createStore } from '../../src/receiver/store.ts';
import { createAuthority } from '../kit/certificates.ts';
import { findRefusingPort, startCollector, startSilentServer, type Collector } from './kit/collector.ts';
import { startFaultProxy, type Fault, type FaultProxy } from './kit/fault-proxy.ts';
import { ROOT, startProgram, type Ending, type Preload, type ProgramOptions, type RunningProgram } from './kit/run-program.ts';

const FAST = { OTEL_BSP_SCHEDULE_DELAY: '50', OTEL_METRICS_EXPORTER: 'none' };
const endpoint = (url: string): Record<string, string> => ({ OTEL_EXPORTER_OTLP_ENDPOINT: url });

/** What the programs below have at hand: `record(n)` makes spans with ids, `telemetry()` is what runs. */
const PRELUDE = `
const { logs, metrics, trace } = require('@opentelemetry/api');
let id = 0;
const record = (count, attributes) => { for (let n = 0; n < count; n++) trace.getTracer('faults').startSpan('work', { attributes: { 'oracle.id': id++, ...attributes } }).end(); };
const telemetry = () => require('signalbox').startTelemetry();
const serve = (ready = () => {}) => require('node:http').createServer().listen(0, '127.0.0.1', () => { ready(); console.log('ready'); });
`;

/** Records five spans each 20 ms. By message: \`fresh\` records a span of that name, \`stop\` ends naturally. */
const STEADY = `
const timer = setInterval(() => record(5), 20);
process.on('message', (message) => {
  if (message === 'fresh') return trace.getTracer('faults').startSpan('fresh').end();
  clearInterval(timer);
  console.log('recorded ' + id);
  process.disconnect();
});
`;

function start(code: string, options: Omit<ProgramOptions, 'program'> = {}): RunningProgram {
  return startProgram({ timeoutMs: 40_000, ...options, program: '-e', args: [PRELUDE + code] });
}

const run = (code: string, options?: Omit<ProgramOptions, 'program'>): Promise<Ending> => start(code, options).ended;

/** How a program of few lines ends without and with signalbox, and what of its spans arrived. */
async function runBoth(
  code: string,
  env: Readonly<Record<string, string>> = {},
  act?: (program: RunningProgram) => void,
): Promise<{ bare: Ending; ending: Ending; spans: number; collector: Collector }> {
  await using collector = await startCollector();
  const one = async (preload: Preload): Promise<Ending> => {
    const program = start(code, { preload, env: { ...FAST, ...collector.env, ...env } });
    if (act !== undefined) {
      await program.output(/ready/);
      act(program);
    }
    return program.ended;
  };
  const [bare, ending] = [await one('none'), await one('require')];
  return { bare, ending, spans: arrived(collector).distinct, collector };
}

function assertSame(ending: Ending, bare: Ending): void {
  const of = ({ code, signal, stdout, ownStderr, timedOut }: Ending): unknown => ({ code, signal, stdout, ownStderr, timedOut });
  assert.deepEqual(of(ending), of(bare), ending.stderr);
}

function arrived({ store }: Pick<Collector, 'store'>): { distinct: number; again: number } {
  const ids = store
    .spans()
    .map(({ attributes }) => attributes['oracle.id'])
    .filter((id) => id !== undefined);
  const distinct = new Set(ids).size;
  return { distinct, again: ids.length - distinct };
}

const recorded = ({ stdout }: Ending): number => Number(/recorded (\d+)/.exec(stdout)?.[1]);
const codes = ({ said }: Ending): string[] => said.map(({ code }) => code.split(' ')[0] as string);

/** By reason, from the last line: `12 spans (exit deadline)`, `12 spans (10 exit deadline, 2 rejected)`. */
function lost({ said }: Ending): Record<string, number> {
  const message = said.findLast(({ code }) => code === 'exit.lost')?.message ?? '';
  const [, total = '', reasons = ''] = /(\d+) spans \(([^)]*)\)/.exec(message) ?? [];
  return Object.fromEntries(
    reasons
      .split(', ')
      .filter(Boolean)
      .map((each) => {
        const [, count = total, reason = ''] = /^(?:(\d+) )?(.*)$/.exec(each) ?? [];
        return [reason.replaceAll(' ', '_'), Number(count)];
      }),
  );
}

const sum = (numbers: Record<string, number>): number => Object.values(numbers).reduce((total, each) => total + each, 0);

const waitForFresh = ({ store }: Collector): Promise<unknown> =>
  store.waitFor(() => store.spans().some(({ name }) => name === 'fresh'), {
    what: 'a record made after the fault was over',
    timeoutMs: 25_000,
  });

async function waitForExchanges(proxy: FaultProxy, count: number): Promise<void> {
  const from = proxy.exchanges.length;
  while (proxy.exchanges.length < from + count) await proxy.nextExchange();
}

describe('a fault on the way loses nothing, and what comes after it passes', { concurrency: 6 }, () => {
  const passing: Readonly<Record<string, Fault>> = {
    'a reset before the collector has the request': { kind: 'reset', afterBytes: 1 },
    'a lost answer': { kind: 'lose-answer' },
    'half an answer': { kind: 'half-answer' },
    'an answer in single bytes': { kind: 'slice' },
    'no answer': { kind: 'silent' },
    '503 with Retry-After: 0': { kind: 'answer', status: 503, headers: { 'retry-after': '0' } },
    '429 with Retry-After: -5': { kind: 'answer', status: 429, headers: { 'retry-after': '-5' } },
    '503 with Retry-After: 1e99': { kind: 'answer', status: 503, headers: { 'retry-after': '1e99' } },
    '503 with a date in the past': { kind: 'answer', status: 503, headers: { 'retry-after': 'Wed, 21 Oct 2015 07:28:00 GMT' } },
    '503 before the body is read': { kind: 'answer-early', status: 503 },
  };
  for (const [name, fault] of Object.entries(passing)) {
    it(name, async () => {
      await using collector = await startCollector();
      await using proxy = await startFaultProxy(collector.receiver.httpUrl);
      const program = start(STEADY, { env: { ...FAST, ...endpoint(proxy.url), OTEL_EXPORTER_OTLP_TIMEOUT: '1000' } });
      await waitForExchanges(proxy, 1);
      proxy.setFault(fault);
      await waitForExchanges(proxy, 3);
      proxy.setFault({ kind: 'pass' });
      program.child.send('fresh');
      await waitForFresh(collector);
      program.child.send('stop');
      const ending = await program.ended;
      const { distinct, again } = arrived(collector);
      assert.deepEqual({ distinct, lost: lost(ending), own: ending.ownStderr }, { distinct: recorded(ending), lost: {}, own: '' });
      if (proxy.exchanges.every(({ taken, told }) => told || !taken)) assert.equal(again, 0);
    });
  }

  for (const status of [302, 400, 401, 404, 408, 500]) {
    it(`${status}: what it refused is counted, to the last record`, async () => {
      await using collector = await startCollector();
      await using proxy = await startFaultProxy(collector.receiver.httpUrl);
      const program = start(STEADY, { env: { ...FAST, ...endpoint(proxy.url) } });
      await waitForExchanges(proxy, 1);
      proxy.setFault({ kind: 'answer', status, headers: { location: 'http://127.0.0.1:1/' } });
      await waitForExchanges(proxy, 3);
      proxy.setFault({ kind: 'pass' });
      program.child.send('fresh');
      await waitForFresh(collector);
      await program.output(/export\.recovered/, 'stderr'); // or the end sends a request again whose answer is on its way
      program.child.send('stop');
      const ending = await program.ended;
      const { distinct, again } = arrived(collector);
      assert.deepEqual({ total: distinct + sum(lost(ending)), again }, { total: recorded(ending), again: 0 }, ending.stderr);
      assert.deepEqual(Object.keys(lost(ending)), ['refused']);
    });
  }

  for (const seed of [1, 20_261_120]) {
    it(`a mixture, by seed ${seed}`, async () => {
      await using collector = await startCollector();
      await using proxy = await startFaultProxy(collector.receiver.httpUrl);
      const random = seeded(seed);
      const faults: readonly Fault[] = [
        ...Object.values(passing).filter(({ kind }) => kind !== 'silent' && kind !== 'answer-early'),
        { kind: 'delay', ms: 120 },
        { kind: 'pass' },
        { kind: 'pass' },
        { kind: 'pass' },
      ];
      proxy.setFault(() => faults[Math.floor(random() * faults.length)] as Fault);
      const program = start(STEADY, { env: { ...FAST, ...endpoint(proxy.url) } });
      await waitForExchanges(proxy, 14);
      proxy.setFault({ kind: 'pass' });
      program.child.send('fresh');
      await waitForFresh(collector);
      program.child.send('stop');
      const ending = await program.ended;
      assert.deepEqual(
        { distinct: arrived(collector).distinct, lost: lost(ending) },
        { distinct: recorded(ending), lost: {} },
        ending.stderr,
      );
    });
  }

  it('a collector that restarts on its port again and again, with connections kept alive', async () => {
    const port = await findRefusingPort();
    const store = createStore({ maxBytes: 64 * 2 ** 20 });
    const program = start(STEADY, { env: { ...FAST, ...endpoint(`http://127.0.0.1:${port}`) } });
    for (let round = 0; round < 4; round++) {
      const before = store.spans().length;
      const receiver = await startReceiver({ ...store.handlers, httpPort: port, grpcPort: false });
      await store.waitFor(() => store.spans().length > before, { what: `spans in round ${round}`, timeoutMs: 25_000 });
      if (round === 3) {
        program.child.send('stop');
        const ending = await program.ended;
        assert.deepEqual({ ...arrived({ store }), lost: lost(ending) }, { distinct: recorded(ending), again: 0, lost: {} }, ending.stderr);
      }
      await receiver.close();
    }
  });
});

describe('what fails does not make it worse', { concurrency: 6 }, () => {
  it('flush() does not ask again before the time that Retry-After names', async () => {
    await using collector = await startCollector();
    await using proxy = await startFaultProxy(collector.receiver.httpUrl);
    proxy.setFault({ kind: 'answer', status: 503, headers: { 'retry-after': '3600' } });
    await run(`(async () => { for (let n = 0; n < 50; n++) { record(1); await telemetry().flush(); } process.exit(); })();`, {
      env: { ...FAST, ...endpoint(proxy.url) },
    });
    assert.ok(proxy.exchanges.length <= 5, `${proxy.exchanges.length} requests for 50 flushes`);
  });

  it('a RetryInfo of no length is no reason to ask without a pause', async () => {
    const askedAt: number[] = [];
    await using collector = await startCollector({
      respond: () => {
        askedAt.push(performance.now());
        if (askedAt.length === 4) program.child.send('end');
        return { action: 'refuse', grpcStatus: 14, retryAfterMs: 1 };
      },
    });
    const program = start(`record(1); process.on('message', () => process.exit());`, {
      env: { ...FAST, ...endpoint(collector.receiver.grpcUrl), OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc', SIGNALBOX_SHUTDOWN_TIMEOUT: '100' },
    });
    await program.ended;
    // What is asked at the end itself does not wait for its turn.
    const gaps = askedAt.slice(1, 4).map((at, index) => Math.round(at - (askedAt[index] as number)));
    assert.ok(gaps.length === 3 && gaps.every((gap) => gap >= 100), `asked again after ${gaps.join(', ')} ms`);
  });

  it('413 for whatever is asked neither makes more requests nor leaves them tiny for ever', async () => {
    await using collector = await startCollector();
    await using proxy = await startFaultProxy(collector.receiver.httpUrl);
    proxy.setFault({ kind: 'answer', status: 413 });
    const program = start(`record(64); process.on('message', (count) => (count === 0 ? process.exit() : record(count)));`, {
      env: { ...FAST, ...endpoint(proxy.url) },
    });
    await waitForExchanges(proxy, 1);
    proxy.setFault({ kind: 'pass' });
    for (let burst = 1; burst <= 4; burst++) {
      program.child.send(150);
      await collector.store.waitFor(() => arrived(collector).distinct >= burst * 150, { what: `burst ${burst}`, timeoutMs: 25_000 });
    }
    program.child.send(0);
    await program.ended;
    const after = proxy.exchanges.filter(({ taken }) => taken).length;
    assert.ok(after <= 60, `${after} requests for 600 records after the server took everything again`);
  });

  it('a way that resets every large request still carries small ones', async () => {
    await using collector = await startCollector();
    await using proxy = await startFaultProxy(collector.receiver.httpUrl);
    proxy.setFault((_path, body) => (body.length > 300_000 ? { kind: 'reset', afterBytes: 1 } : { kind: 'pass' }));
    const program = start(`record(500, { text: 'x'.repeat(4000) }); process.on('message', process.exit);`, {
      env: { ...FAST, ...endpoint(proxy.url) },
    });
    await collector.store
      .waitFor(() => arrived(collector).distinct === 500, { what: 'all records in smaller requests', timeoutMs: 25_000 })
      .finally(() => program.kill('SIGKILL'));
  });

  it('a short misroute when the collector comes back does not cost what waited', async () => {
    await using collector = await startCollector();
    await using proxy = await startFaultProxy(collector.receiver.httpUrl);
    proxy.setFault({ kind: 'answer', status: 404 });
    const program = start(`record(20_000); process.on('message', process.exit);`, { env: { ...FAST, ...endpoint(proxy.url) } });
    await waitForExchanges(proxy, 2);
    proxy.setFault({ kind: 'pass' });
    await collector.store.waitFor(() => arrived(collector).distinct >= 20_000 - 3 * 512, { what: 'all but the first', timeoutMs: 25_000 });
    await program.output(/export\.recovered/, 'stderr');
    program.child.send('stop');
    assert.deepEqual(Object.keys(lost(await program.ended)), ['refused']);
  });

  it('bytes that are not HTTP cost nothing', async () => {
    await using collector = await startCollector();
    await using proxy = await startFaultProxy(collector.receiver.httpUrl);
    proxy.setFault({ kind: 'garbage', bytes: Buffer.from('SSH-2.0-server\r\n') });
    const program = start(STEADY, { env: { ...FAST, ...endpoint(proxy.url) } });
    await waitForExchanges(proxy, 2);
    proxy.setFault({ kind: 'pass' });
    program.child.send('fresh');
    await waitForFresh(collector);
    program.child.send('stop');
    const ending = await program.ended;
    assert.deepEqual({ distinct: arrived(collector).distinct, lost: lost(ending) }, { distinct: recorded(ending), lost: {} });
    assert.ok(codes(ending).includes('export.protocol_mismatch'), ending.stderr);
  });

  it('shutdown() that gives up a request says so, and nothing after the loss', async () => {
    await using server = await startSilentServer();
    const ending = await run('const running = telemetry(); record(10); running.shutdown();', {
      preload: 'none',
      env: { ...FAST, ...endpoint(`http://127.0.0.1:${server.port}`), SIGNALBOX_SHUTDOWN_TIMEOUT: '500' },
    });
    assert.deepEqual(codes(ending), ['started', 'export.closed', 'exit.lost']);
  });

  it('the console exporter prints nothing after shutdown()', async () => {
    const ending = await run('record(1); telemetry().shutdown().then(() => record(1));', {
      env: { OTEL_TRACES_EXPORTER: 'console', OTEL_METRICS_EXPORTER: 'none', OTEL_LOGS_EXPORTER: 'none' },
    });
    assert.equal(ending.stdout.match(/"signal":"traces"/g)?.length, 1);
  });

  it('what does not fit into one request follows at once', async () => {
    await using collector = await startCollector();
    const program = start(
      `const text = 'x'.repeat(16_000); record(60, Object.fromEntries(Array.from({ length: 16 }, (_, n) => ['text' + n, text]))); process.on('message', process.exit);`,
      { env: { OTEL_METRICS_EXPORTER: 'none', OTEL_BSP_SCHEDULE_DELAY: '4000', ...collector.env } },
    );
    await collector.store
      .waitFor(() => arrived(collector).distinct === 60, { what: 'five requests', timeoutMs: 12_000 })
      .finally(() => program.kill('SIGKILL'));
  });

  it('a collector that fails now and then is told of once, not each time', async () => {
    let requests = 0;
    await using collector = await startCollector({
      respond: () => (requests++ % 2 === 0 ? { action: 'refuse', httpStatus: 503 } : undefined),
    });
    const program = start(STEADY, { env: { ...FAST, ...collector.env } });
    await collector.store.waitFor(() => requests >= 12, { timeoutMs: 25_000 });
    program.child.send('stop');
    const ending = await program.ended;
    assert.ok(codes(ending).filter((code) => code === 'export.http_503').length <= 2, codes(ending).join(' '));
  });

  it('a collector that says nothing is named when records are lost to it', async () => {
    await using server = await startSilentServer();
    const ending = await run('record(10); process.exit()', {
      env: { ...FAST, ...endpoint(`http://127.0.0.1:${server.port}`), SIGNALBOX_SHUTDOWN_TIMEOUT: '3000' },
    });
    assert.deepEqual(codes(ending), ['started', 'export.timeout', 'exit.lost']);
  });
});

describe('unusual ends are the same with signalbox, and nothing is lost', { concurrency: 4 }, () => {
  const SPANS = 300;
  const ways: Readonly<Record<string, string>> = {
    'process.exit() in a microtask': `queueMicrotask(() => process.exit(3))`,
    'process.exit() in setImmediate': `setImmediate(() => process.exit(3))`,
    'process.exit() in beforeExit': `process.on('beforeExit', () => process.exit(3))`,
    'an exit listener that sets the exit code': `process.on('exit', () => { process.exitCode = 9 })`,
    'throw null': `throw null`,
    'throw a frozen error': `throw Object.freeze(new Error('frozen'))`,
    'reject with undefined': `Promise.reject(undefined)`,
    'an error in a domain': `const domain = require('node:domain').create(); domain.on('error', () => process.exit(3)); domain.run(() => setTimeout(() => { throw new Error('in a domain') }))`,
    'an uncaughtException listener that throws': `process.on('uncaughtException', () => { throw new Error('second') }); setTimeout(() => { throw new Error('first') })`,
    'process.exit() mocked, then real': `const { exit } = process; process.exit = () => {}; process.exit(4); process.exit = exit; setTimeout(() => process.exit(3))`,
    'replaced clocks and timers': `globalThis.setTimeout = globalThis.setImmediate = () => 0; Date.now = performance.now = () => 0; process.exit(3)`,
    'a frozen process object': `Object.freeze(process); process.exit(3)`,
    'process.removeAllListeners()': `process.removeAllListeners(); serve(() => setTimeout(() => process.exit(3)))`,
    'a signal after removeAllListeners() of it': `process.removeAllListeners('SIGTERM'); serve(() => setTimeout(() => process.kill(process.pid, 'SIGTERM'), 50))`,
    'a signal to itself with nothing left to do': `process.kill(process.pid, 'SIGTERM')`,
    'process.emit() of a signal that nobody listens to': `process.emit('SIGTERM', 'SIGTERM'); setTimeout(() => process.exit(3), 200)`,
    'a folder of its own that is gone': `const { mkdtempSync, rmdirSync } = require('node:fs'); const folder = mkdtempSync(require('node:os').tmpdir() + '/'); process.chdir(folder); rmdirSync(folder); process.exit(3)`,
  };
  for (const [name, code] of Object.entries(ways)) {
    it(name, async () => {
      const { bare, ending, spans } = await runBoth(`record(${SPANS}); ${code}`);
      assertSame(ending, bare);
      assert.deepEqual({ spans, lost: lost(ending) }, { spans: SPANS, lost: {} });
    });
  }

  it('top-level await that never settles', async () => {
    const folder = mkdtempSync(join(ROOT, 'test/e2e/programs/.tla-'));
    const file = join(folder, 'app.mjs');
    try {
      writeFileSync(
        file,
        `import { trace } from '@opentelemetry/api'; trace.getTracer('x').startSpan('work', { attributes: { 'oracle.id': 0 } }).end(); await new Promise(() => {});`,
      );
      await using collector = await startCollector();
      const ending = await startProgram({ program: file, env: { ...FAST, ...collector.env } }).ended;
      assert.deepEqual({ code: ending.code, spans: arrived(collector).distinct }, { code: 13, spans: 1 });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  /** How a process comes to trust the authority of its collector, other than by a setting of ours. */
  const trusting: Readonly<Record<string, (caFile: string) => { flags?: string[]; env?: Record<string, string>; code?: string }>> = {
    '--use-system-ca': (caFile) => ({ flags: ['--use-system-ca'], env: { SSL_CERT_FILE: caFile } }),
    NODE_EXTRA_CA_CERTS: (caFile) => ({ env: { NODE_EXTRA_CA_CERTS: caFile } }),
    'NODE_TLS_REJECT_UNAUTHORIZED=0': () => ({ env: { NODE_TLS_REJECT_UNAUTHORIZED: '0' } }),
    'tls.setDefaultCACertificates()': (caFile) => ({
      code: `require('node:tls').setDefaultCACertificates([require('node:fs').readFileSync('${caFile}', 'utf8')]);`,
    }),
  };
  for (const [name, ways] of Object.entries(trusting)) {
    const isMissing = name.startsWith('tls.') && !('setDefaultCACertificates' in tls);
    it(`a collector that is trusted by ${name}`, { skip: isMissing ? `${name} is not there` : false }, async () => {
      const authority = await createAuthority();
      const { cert, key } = await authority.issue('localhost', 'localhost');
      await using collector = await startCollector({ tls: { cert, key } });
      const { flags = [], env, code = '' } = ways(authority.caFile);
      const url = collector.receiver.httpUrl.replace('127.0.0.1', 'localhost');
      const ending = await run(`${code} record(10); process.exit(3)`, { nodeFlags: flags, env: { ...FAST, ...endpoint(url), ...env } });
      assert.deepEqual({ code: ending.code, spans: arrived(collector).distinct }, { code: 3, spans: 10 }, ending.stderr);
    });
  }

  const OWN_DNS = 'ip link set lo up && mount --bind "$0" /etc/resolv.conf && exec "$@"';
  const canReplaceDns = spawnSync('unshare', ['-rmn', 'sh', '-c', OWN_DNS, '/etc/hosts', 'true']).status === 0;
  for (const [end, code] of [
    ['process.exit(3)', 3],
    ['a natural end', 0],
  ] as const) {
    it(`${end}, when the DNS server is silent`, { skip: canReplaceDns ? false : 'unshare -rmn is not permitted' }, async () => {
      const folder = mkdtempSync(join(tmpdir(), 'dns-'));
      try {
        const resolvConf = join(folder, 'resolv.conf');
        // What waits for the system's own lookup waits for a minute.
        writeFileSync(resolvConf, 'nameserver 127.0.0.53\noptions timeout:30 attempts:2\n');
        const ending = await startProgram({
          node: 'unshare',
          preload: 'none',
          nodeFlags: ['-rmn', 'sh', '-c', OWN_DNS, resolvConf, process.execPath, '--require', 'signalbox/register'],
          program: '-e',
          args: [
            `${PRELUDE} const silent = require('node:dgram').createSocket('udp4').bind(53, '127.0.0.53', () => { record(10); setTimeout(() => { silent.unref(); ${code === 0 ? '' : end}; }, 100); })`,
          ],
          env: { ...FAST, ...endpoint('http://collector.example:4318'), SIGNALBOX_SHUTDOWN_TIMEOUT: '4000' },
          timeoutMs: 30_000,
        }).ended;
        assert.deepEqual(
          { code: ending.code, timedOut: ending.timedOut, said: codes(ending), lost: lost(ending) },
          { code, timedOut: false, said: ['started', 'export.unknown_host', 'exit.lost'], lost: { exit_deadline: 10 } },
          ending.stderr,
        );
      } finally {
        rmSync(folder, { recursive: true });
      }
    });
  }

  it('what is thrown is recorded, however hostile', async () => {
    await using collector = await startCollector();
    await run(`throw new Proxy({}, { get() { throw 1 }, getPrototypeOf() { throw 2 } })`, { env: { ...FAST, ...collector.env } });
    assert.equal(collector.store.logs().filter(({ eventName }) => eventName === 'exception').length, 1);
  });

  it('an error that a capture callback takes is not called fatal', async () => {
    const { collector } = await runBoth(
      `process.setUncaughtExceptionCaptureCallback(() => {}); setTimeout(() => { throw new Error('taken') })`,
    );
    assert.deepEqual(
      collector.store.logs().map(({ severityText }) => severityText),
      ['ERROR'],
    );
  });

  it('what an observable counter counted since the last export', async () => {
    await using collector = await startCollector();
    await run(
      `let jobs = 41; metrics.getMeter('m').createObservableCounter('jobs').addCallback((result) => result.observe(jobs)); setTimeout(() => { jobs++; process.exit() }, 50)`,
      { env: collector.env },
    );
    assert.equal(collector.store.metrics().filter(({ name }) => name === 'jobs').length, 1);
  });
});

describe('a signal ends the process in time', { concurrency: 4 }, () => {
  it('with everything that it recorded, when records keep coming and the collector takes its time', async () => {
    await using collector = await startCollector({ respond: () => ({ action: 'accept', delayMs: 150 }) });
    const program = start(`setInterval(() => record(20), 5); serve();`, { env: { ...FAST, ...collector.env } });
    await collector.store.waitFor(() => collector.store.spans().length > 1000, { timeoutMs: 25_000 });
    program.kill('SIGTERM');
    const ending = await program.ended;
    assert.equal(ending.signal, 'SIGTERM');
    assert.deepEqual(lost(ending), {});
  });

  for (const handles of [false, true]) {
    it(`although a metric's callback never settles${handles ? ', and the application drains' : ''}`, async () => {
      await using collector = await startCollector();
      const program = start(
        `metrics.getMeter('m').createObservableGauge('g').addCallback(() => new Promise(() => {})); record(300); const server = serve(); ${handles ? `process.once('SIGTERM', () => server.close());` : ''}`,
        { env: { ...collector.env, SIGNALBOX_SHUTDOWN_TIMEOUT: '3000' }, timeoutMs: 20_000 },
      );
      await program.output(/ready/);
      program.kill('SIGTERM');
      const ending = await program.ended;
      assert.deepEqual(
        { timedOut: ending.timedOut, lost: lost(ending), spans: arrived(collector).distinct },
        { timedOut: false, lost: {}, spans: 300 },
      );
    });
  }

  it('that comes while the application awaits shutdown()', async () => {
    await using collector = await startCollector();
    const ending = await run(
      `serve(); record(300); telemetry().shutdown().then(() => setTimeout(() => process.exit(77), 2000)); process.kill(process.pid, 'SIGTERM')`,
      { env: collector.env },
    );
    assert.deepEqual(
      { code: ending.code, signal: ending.signal, spans: arrived(collector).distinct },
      { code: null, signal: 'SIGTERM', spans: 300 },
    );
  });

  it('in no more than the time limit, when the application drains and the collector says nothing', async () => {
    await using server = await startSilentServer();
    const program = start(`record(300); const server = serve(); process.once('SIGTERM', () => server.close());`, {
      env: { ...FAST, ...endpoint(`http://127.0.0.1:${server.port}`), SIGNALBOX_SHUTDOWN_TIMEOUT: '3000' },
    });
    await program.output(/ready/);
    const from = performance.now();
    program.kill('SIGTERM');
    await program.ended;
    const tookMs = performance.now() - from;
    assert.ok(tookMs < 5000, `${Math.round(tookMs)} ms with a limit of 3,000 ms`);
  });

  const canUnshare = spawnSync('unshare', ['--pid', '--fork', 'true']).status === 0;
  it(
    'or not, as process number 1: what is recorded later still arrives',
    { skip: canUnshare ? false : 'unshare --pid is not permitted' },
    async () => {
      await using collector = await startCollector();
      const program = startProgram({
        node: 'unshare',
        preload: 'none',
        nodeFlags: ['--pid', '--fork', '--kill-child', process.execPath, '--require', 'signalbox/register'],
        program: '-e',
        args: [`${PRELUDE} record(100); serve(); process.kill(1, 'SIGTERM'); setTimeout(() => { record(100); process.exit(3) }, 2000)`],
        env: { ...FAST, ...collector.env, SIGNALBOX_SHUTDOWN_TIMEOUT: '1000' },
      });
      const ending = await program.ended;
      assert.deepEqual(
        { code: ending.code, spans: arrived(collector).distinct, lost: lost(ending) },
        { code: 3, spans: 200, lost: {} },
        ending.stderr,
      );
    },
  );
});

/** Mulberry32. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
