/** However a process ends, what it recorded arrives, and it ends as it would have ended without signalbox. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { findRefusingPort, startCollector, startSilentServer, type Collector } from './kit/collector.ts';
import { runProgram, startProgram, type Ending, type Preload } from './kit/run-program.ts';

const SPANS = 1500;
const LOGS = 100;

interface Row {
  readonly way: string;
  /** Sent when the program says that it is ready, one after the other. */
  readonly signals?: readonly NodeJS.Signals[];
}

const SIGNALS: readonly NodeJS.Signals[] = ['SIGTERM', 'SIGINT', 'SIGHUP'];
const signalRows = (way: string): Row[] => SIGNALS.map((signal) => ({ way, signals: [signal] }));

const ROWS: readonly Row[] = [
  { way: 'natural' },
  { way: 'exit-code-property' },
  { way: 'process-exit' },
  { way: 'process-exit-later' },
  { way: 'process-exit-in-request' },
  { way: 'process-exit-in-exit-listener' },
  { way: 'records-in-exit-listener' },
  { way: 'throws-in-exit-listener' },
  { way: 'throw' },
  { way: 'throw-later' },
  { way: 'throw-a-string' },
  { way: 'reject' },
  { way: 'uncaught-handled' },
  { way: 'uncaught-handled-by-a-throw' },
  { way: 'capture-callback-throws' },
  { way: 'monitor-throws' },
  { way: 'domain-throws' },
  { way: 'execve' },
  { way: 'execve-fails' },
  ...signalRows('signal'),
  ...signalRows('signal-drained'),
  ...signalRows('signal-once-raised-again'),
  { way: 'signal-once-drained', signals: ['SIGTERM'] },
  { way: 'signal-ignored', signals: ['SIGTERM'] },
  { way: 'raised-by-a-lone-listener', signals: ['SIGTERM'] },
  { way: 'fork' },
  { way: 'fork-killed' },
  { way: 'cluster' },
  { way: 'worker-thread-throws' },
  { way: 'worker-thread-exits' },
];

async function end(row: Row, preload: Preload, env: Readonly<Record<string, string>>): Promise<Ending> {
  const program = startProgram({ program: 'end.cjs', args: [row.way], preload, env });
  if (row.signals !== undefined) {
    await program.output(/ready/);
    for (const signal of row.signals) program.kill(signal);
  }
  return program.ended;
}

function assertEndsAsBare(ending: Ending, bare: Ending): void {
  assert.equal(ending.timedOut, false, `still running:\n${ending.stderr}`);
  assert.deepEqual({ code: ending.code, signal: ending.signal }, { code: bare.code, signal: bare.signal }, ending.stderr);
  assert.equal(ending.stdout, bare.stdout);
  assert.equal(ending.ownStderr, bare.ownStderr);
}

/** Ids that arrived, each counted once, and how often one came again. */
function arrived(collector: Collector): { spans: number; logs: number; again: number } {
  const spans = collector.store
    .spans()
    .map(({ attributes }) => attributes['oracle.id'])
    .filter((id) => id !== undefined);
  const logs = collector.store
    .logs()
    .map(({ attributes }) => attributes['oracle.id'])
    .filter((id) => id !== undefined);
  const distinct = { spans: new Set(spans).size, logs: new Set(logs).size };
  return { ...distinct, again: spans.length - distinct.spans + logs.length - distinct.logs };
}

describe('with the collector up nothing is lost', { concurrency: 4 }, () => {
  for (const row of ROWS) {
    it(`${row.way}${row.signals === undefined ? '' : ` by ${row.signals.join(' and ')}`}`, async () => {
      await using collector = await startCollector();
      const [preload, none] = row.way.length % 2 === 0 ? (['require', 'none'] as const) : (['import', 'import-nothing'] as const);
      const bare = await end(row, none, {});
      const ending = await end(row, preload, collector.env);
      assertEndsAsBare(ending, bare);
      const { spans, logs } = arrived(collector);
      assert.deepEqual({ spans, logs }, { spans: SPANS, logs: LOGS }, ending.stderr);
      assert.deepEqual(
        ending.said.filter(({ level }) => level !== 'info'),
        [],
      );
    });
  }

  it('over gRPC and JSON as well', async () => {
    for (const protocol of ['grpc', 'http/json'] as const) {
      for (const way of ['process-exit', 'natural', 'throw']) {
        await using collector = await startCollector();
        const endpoint = protocol === 'grpc' ? collector.receiver.grpcUrl : collector.receiver.httpUrl;
        const ending = await end({ way }, 'require', {
          OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
          OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
          OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
        });
        const { spans, logs } = arrived(collector);
        assert.deepEqual({ protocol, way, spans, logs }, { protocol, way, spans: SPANS, logs: LOGS }, ending.stderr);
      }
    }
  });

  it('and the crash is a record with its trace', async () => {
    await using collector = await startCollector();
    await runProgram({ program: 'crash-in-span.cjs', env: collector.env });
    const crash = collector.store.logs().find(({ eventName }) => eventName === 'exception');
    assert.ok(crash, 'no record of the crash arrived');
    assert.equal(crash.severityText, 'FATAL');
    assert.equal(crash.attributes['exception.type'], 'TypeError');
    assert.equal(crash.attributes['exception.message'], 'out of stock');
    assert.match(String(crash.attributes['exception.stacktrace']), /crash-in-span\.cjs/);
    const span = collector.store.spans().find(({ name }) => name === 'before');
    assert.equal(crash.traceId, span?.traceId);
  });
});

const ENDS_WITHOUT_COLLECTOR: readonly Row[] = [
  { way: 'natural' },
  { way: 'process-exit' },
  { way: 'throw' },
  { way: 'reject' },
  { way: 'signal', signals: ['SIGTERM'] },
  { way: 'signal-drained', signals: ['SIGINT'] },
];

describe('without a collector the process ends all the same, and says what was lost', { concurrency: 8 }, () => {
  const states: Readonly<Record<string, () => Promise<{ env: Record<string, string>; close: () => Promise<void> }>>> = {
    refused: async () => ({ env: { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${await findRefusingPort()}` }, close: async () => {} }),
    silent: async () => {
      const server = await startSilentServer();
      return { env: { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${server.port}` }, close: () => server[Symbol.asyncDispose]() };
    },
    'TLS silent': async () => {
      const server = await startSilentServer();
      return { env: { OTEL_EXPORTER_OTLP_ENDPOINT: `https://127.0.0.1:${server.port}` }, close: () => server[Symbol.asyncDispose]() };
    },
    'gRPC silent': async () => {
      const server = await startSilentServer();
      return {
        env: { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${server.port}`, OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' },
        close: () => server[Symbol.asyncDispose](),
      };
    },
    'answering 503': async () => {
      const collector = await startCollector({ respond: () => ({ action: 'refuse', httpStatus: 503 }) });
      return { env: { ...collector.env }, close: () => collector[Symbol.asyncDispose]() };
    },
  };
  for (const [state, start] of Object.entries(states)) {
    for (const row of ENDS_WITHOUT_COLLECTOR) {
      it(`${state}: ${row.way}`, async () => {
        const { env, close } = await start();
        try {
          const bare = await end(row, 'none', {});
          const ending = await end(row, 'require', { ...env, SIGNALBOX_SHUTDOWN_TIMEOUT: '2000' });
          assertEndsAsBare(ending, bare);
          const loss = ending.said.find(({ code }) => code === 'exit.lost');
          assert.match(
            loss?.message ?? '',
            / Lost: 1500 spans \(exit_deadline 1500\), 10[01] log records \(exit_deadline 10[01]\)[^.]*\. Earlier messages /,
            ending.stderr,
          );
        } finally {
          await close();
        }
      });
    }
  }
});

describe('a second signal ends the process at once', () => {
  it('while the first one waits for a silent collector', async () => {
    await using server = await startSilentServer();
    const program = startProgram({
      program: 'end.cjs',
      args: ['signal'],
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${server.port}`, SIGNALBOX_SHUTDOWN_TIMEOUT: '60000' },
      timeoutMs: 30_000,
    });
    await program.output(/ready/);
    program.kill('SIGTERM');
    // The second one must meet the first one under way: repeat until the process is gone.
    const repeat = setInterval(() => program.kill('SIGINT'), 200);
    const { signal, timedOut } = await program.ended;
    clearInterval(repeat);
    assert.equal(timedOut, false);
    assert.equal(signal, 'SIGINT');
  });

  it('also during the flush that blocks', async () => {
    await using server = await startSilentServer();
    const program = startProgram({
      program: 'end.cjs',
      args: ['process-exit'],
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${server.port}`, SIGNALBOX_SHUTDOWN_TIMEOUT: '60000' },
      timeoutMs: 30_000,
    });
    const repeat = setInterval(() => program.kill('SIGTERM'), 500);
    const { signal, timedOut } = await program.ended;
    clearInterval(repeat);
    assert.equal(timedOut, false);
    assert.equal(signal, 'SIGTERM');
  });
});
