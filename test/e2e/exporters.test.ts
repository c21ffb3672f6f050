/** Lists of exporters, and OTLP as JSON lines: every record goes to each of them, however the process ends. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { startCollector } from './kit/collector.ts';
import { runProgram } from './kit/run-program.ts';

const exporters = (list: string): Record<string, string> => ({
  OTEL_TRACES_EXPORTER: list,
  OTEL_METRICS_EXPORTER: list,
  OTEL_LOGS_EXPORTER: list,
});

async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'signalbox-exporters-')));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Request {
  readonly resourceSpans?: readonly { scopeSpans: { spans: { name: string }[] }[] }[];
  readonly resourceLogs?: readonly unknown[];
  readonly resourceMetrics?: readonly unknown[];
}

const requestsIn = (text: string): Request[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Request);

const spanNames = (requests: readonly Request[]): string[] =>
  requests.flatMap(({ resourceSpans = [] }) =>
    resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans.map(({ name }) => name))),
  );

describe('a list of exporters', { concurrency: 2 }, () => {
  for (const way of ['end', 'exit', 'crash']) {
    it(`gives each of them every record: ${way}`, () =>
      inFolder(async (folder) => {
        await using collector = await startCollector();
        const file = join(folder, 'otlp.jsonl');
        const { stdout, said, stderr } = await runProgram({
          program: 'many-spans.cjs',
          args: ['700', way],
          env: { ...collector.env, ...exporters('otlp,console,otlp_file'), SIGNALBOX_OTLP_FILE: file },
        });
        const names = Array.from({ length: 700 }, (_, index) => `span ${index}`).sort();
        const read = (signal: string): Request[] => requestsIn(readFileSync(join(folder, `otlp.${signal}.jsonl`), 'utf8'));
        const printed = stdout
          .split('\n')
          .filter((line) => line.startsWith('{"signal":"traces"'))
          .map((line) => (JSON.parse(line) as { record: { name: string } }).record.name);
        const sent = collector.store.spans().map(({ name }) => name);
        assert.deepEqual(
          { sent: sent.sort(), written: spanNames(read('traces')).sort(), printed: printed.sort() },
          { sent: names, written: names, printed: names },
        );
        // A crash is a log record of its own.
        const logs = way === 'crash' ? 2 : 1;
        assert.equal(collector.store.logs().length, logs);
        assert.equal(JSON.stringify(read('logs')).match(/"body"/g)?.length, logs);
        assert.match(JSON.stringify(read('metrics')), /work\.done/);
        for (const signal of ['traces', 'logs', 'metrics'] as const) {
          for (const request of read(signal))
            assert.deepEqual(Object.keys(request), [{ traces: 'resourceSpans', logs: 'resourceLogs', metrics: 'resourceMetrics' }[signal]]);
        }
        assert.match(
          said.find(({ code }) => code === 'started')?.message ?? '',
          /sends traces, metrics and logs to http.*, traces, metrics and logs to the console/,
        );
        assert.deepEqual(
          said.filter(({ level }) => level !== 'info'),
          [],
          stderr,
        );
      }));
  }

  it('accounts for each of them: what one loses is named with it, and the others lose nothing', () =>
    inFolder(async (folder) => {
      await using collector = await startCollector();
      const { said, stderr, code } = await runProgram({
        program: 'many-spans.cjs',
        args: ['700', 'exit'],
        env: { ...collector.env, OTEL_TRACES_EXPORTER: 'otlp,otlp_file', SIGNALBOX_OTLP_FILE: join(folder, 'not-there/otlp.jsonl') },
      });
      assert.equal(code, 0);
      assert.equal(collector.store.spans().length, 700);
      assert.match(
        said.find((line) => line.code.startsWith('export.lines'))?.message ?? '',
        /Cannot write traces to .*not-there\/otlp\.traces\.jsonl: ENOENT.*Set SIGNALBOX_OTLP_FILE/,
      );
      assert.match(
        said.find((line) => line.code === 'exit.lost')?.message ?? '',
        /^Lost at exit: 700 spans for otlp_file \(exit deadline\)/,
        stderr,
      );
    }));
});

describe('otlp/stdout', () => {
  for (const way of ['end', 'exit', 'crash']) {
    it(`prints OTLP requests, one a line, and loses none to a pipe: ${way}`, async () => {
      const { stdout, said, stderr } = await runProgram({ program: 'many-spans.cjs', args: ['5000', way], env: exporters('otlp/stdout') });
      const requests = requestsIn(stdout);
      assert.equal(new Set(spanNames(requests)).size, 5000);
      assert.equal(spanNames(requests).length, 5000);
      assert.equal(requests.filter(({ resourceLogs }) => resourceLogs !== undefined).length, 1);
      assert.match(stdout, /work\.done/);
      assert.deepEqual(
        said.filter(({ level }) => level !== 'info'),
        [],
        stderr,
      );
      assert.match(stderr, /to stdout \(OTLP JSON lines\)/);
    });
  }
});
