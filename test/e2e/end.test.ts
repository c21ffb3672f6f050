/** However a process ends, what it recorded arrives, and it ends as it would have ended without signalbox. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { findRefusingPort, startCollector, startSilentServer, type Collector } from './kit/collector.ts';
import { runProgram, startProgram, type Ending, type Preload } from './kit/run-program.ts';

/** How signalbox comes into a program, and the bare run to compare with: the flag itself changes how Node.js starts one. */
const FLAGS = [
  { preload: 'require', bare: 'none' },
  { preload: 'import', bare: 'import-nothing' },
] as const satisfies readonly { preload: Preload; bare: Preload }[];

const SPANS = 1500;
const LOGS = 100;

interface Row {
  readonly way: string;
  /** Default: `end.cjs`. */
  readonly program?: string;
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
  { way: 'exit-listener' },
  { way: 'records-in-exit-listener' },
  { way: 'throws-in-exit-listener' },
  { way: 'throw' },
  { way: 'throw-later' },
  { way: 'throw-a-string' },
  { way: 'reject' },
  { way: 'rejection-handled' },
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
  { way: 'signal-closes-server', signals: ['SIGTERM'] },
  { way: 'signal-ignored', signals: ['SIGTERM'] },
  { way: 'raised-by-a-lone-listener', signals: ['SIGTERM'] },
  { way: 'fork' },
  { way: 'fork-killed' },
  { way: 'cluster' },
  { way: 'worker-thread-throws' },
  { way: 'worker-thread-exits' },
  { way: 'an ES module', program: 'end.mjs' },
];

const nameOf = ({ way, signals }: Row): string => `${way}${signals === undefined ? '' : ` by ${signals.join(' and ')}`}`;

interface TimedEnding extends Ending {
  /** From when the application had nothing left to do, or was sent a signal, until it was gone. */
  readonly endedAfterMs: number;
  /** The whole run. */
  readonly tookMs: number;
}

async function end(row: Row, preload: Preload, env: Readonly<Record<string, string>>): Promise<TimedEnding> {
  const startedAt = performance.now();
  const program = startProgram({ program: row.program ?? 'end.cjs', args: [row.way], preload, env });
  await program.output(row.signals === undefined ? /recorded/ : /ready/);
  const from = performance.now();
  for (const signal of row.signals ?? []) program.kill(signal);
  const ending = await program.ended;
  const endedAt = performance.now();
  return { ...ending, endedAfterMs: endedAt - from, tookMs: endedAt - startedAt };
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
    for (const { preload, bare } of FLAGS) {
      it(`${nameOf(row)}, by --${preload}`, async () => {
        await using collector = await startCollector();
        const ending = await end(row, preload, collector.env);
        assertEndsAsBare(ending, await end(row, bare, {}));
        const { spans, logs } = arrived(collector);
        assert.deepEqual({ spans, logs }, { spans: SPANS, logs: LOGS }, ending.stderr);
        assert.deepEqual(
          ending.said.filter(({ level }) => level !== 'info'),
          [],
        );
      });
    }
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
  { way: 'exit-code-property' },
  { way: 'process-exit' },
  { way: 'exit-listener' },
  { way: 'rejection-handled' },
  { way: 'throw' },
  { way: 'reject' },
  { way: 'signal', signals: ['SIGTERM'] },
  { way: 'signal', signals: ['SIGINT'] },
  { way: 'signal-drained', signals: ['SIGINT'] },
  { way: 'signal-closes-server', signals: ['SIGTERM'] },
  { way: 'an ES module', program: 'end.mjs' },
  { way: 'worker-thread-exits' },
];

interface State {
  readonly env: Readonly<Record<string, string>>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** A server that accepts and says nothing, under an endpoint of `scheme`. */
async function startSilent(scheme: string, env: Readonly<Record<string, string>> = {}): Promise<State> {
  const { port, [Symbol.asyncDispose]: close } = await startSilentServer();
  return { env: { ...env, OTEL_EXPORTER_OTLP_ENDPOINT: `${scheme}://127.0.0.1:${port}` }, [Symbol.asyncDispose]: close };
}

const STATES: Readonly<Record<string, () => Promise<State>>> = {
  refused: async () => ({
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${await findRefusingPort()}` },
    [Symbol.asyncDispose]: async () => {},
  }),
  silent: () => startSilent('http'),
  'TLS silent': () => startSilent('https'),
  'gRPC silent': () => startSilent('http', { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }),
  'answering 503': () => startCollector({ respond: () => ({ action: 'refuse', httpStatus: 503 }) }),
};

const LIMIT_MS = 500;
/** For a busy machine. A request that is waited for without a limit takes ten seconds. */
const MARGIN_MS = 8000;
/** Each signal begins a request of its own while another is under way: together they may hold the process no longer than one. */
const ONE_AFTER_THE_OTHER = {
  SIGNALBOX_SHUTDOWN_TIMEOUT: String(LIMIT_MS),
  OTEL_BLRP_SCHEDULE_DELAY: '900',
  OTEL_METRIC_EXPORT_INTERVAL: '1800',
  OTEL_METRIC_EXPORT_TIMEOUT: '1000',
};
/** A program whose loop still runs then is held by one request after the other; `tookMs` tells how slow the machine is. */
const heldAfter = ({ tookMs }: TimedEnding) => ({ HELD_AFTER_MS: String(Math.round(2200 + 4 * tookMs)) });

const bareEndings = new Map<string, Promise<TimedEnding>>();

/** Nobody's collector makes a difference to it, so it is run once. */
function endBare(row: Row, preload: Preload): Promise<TimedEnding> {
  const name = `${nameOf(row)} ${preload}`;
  const ending = bareEndings.get(name) ?? end(row, preload, {});
  bareEndings.set(name, ending);
  return ending;
}

describe('without a collector the process ends within the limit all the same, and says what was lost', { concurrency: 4 }, () => {
  for (const [state, start] of Object.entries(STATES)) {
    for (const row of ENDS_WITHOUT_COLLECTOR) {
      for (const { preload, bare } of FLAGS) {
        it(`${state}: ${nameOf(row)}, by --${preload}`, async () => {
          await using collector = await start();
          const bareEnding = await endBare(row, bare);
          const ending = await end(row, preload, { ...collector.env, ...ONE_AFTER_THE_OTHER, ...heldAfter(bareEnding) });
          assertEndsAsBare(ending, bareEnding);
          const losses = ending.said.filter(({ code }) => code === 'exit.lost').map(({ message }) => message);
          assert.equal(losses.length, 1, ending.stderr);
          assert.match(
            losses[0] ?? '',
            /^Lost at exit: 1500 spans \(exit deadline\), 10[01] log records \(exit deadline\)[^.]*\. A line before this one /,
            ending.stderr,
          );
          const addedMs = Math.round(ending.endedAfterMs - bareEnding.endedAfterMs);
          assert.ok(addedMs < LIMIT_MS + MARGIN_MS, `${addedMs} ms were added, with a limit of ${LIMIT_MS} ms`);
        });
      }
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
