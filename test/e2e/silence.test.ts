/** It runs as it was told to, and nothing or only a part will come: said once, within ten seconds, with the setting that changes it. */
import assert from 'node:assert/strict';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { startCollector } from './kit/collector.ts';
import { ROOT, runProgram, startProgram, type Ending, type ProgramOptions } from './kit/run-program.ts';

/** A word must come so soon. */
const WITHIN_MS = 10_000;

type Env = Readonly<Record<string, string>>;

interface Row {
  readonly name: string;
  readonly env?: Env;
  readonly program?: string;
  readonly args?: readonly string[];
  readonly code: string;
  readonly level: 'warn' | 'info';
  /** The settings that change it, among other things. */
  readonly says: readonly (string | RegExp)[];
}

const NOWHERE = { OTEL_TRACES_EXPORTER: 'none', OTEL_METRICS_EXPORTER: 'none', OTEL_LOGS_EXPORTER: 'none' };

const BY_SETTINGS: readonly Row[] = [
  {
    name: 'every exporter none',
    env: NOWHERE,
    code: 'silent.exporters',
    level: 'warn',
    says: ['OTEL_TRACES_EXPORTER', 'OTEL_SDK_DISABLED'],
  },
  {
    name: 'the sampler always_off',
    env: { OTEL_TRACES_SAMPLER: 'always_off' },
    code: 'silent.sampler',
    level: 'warn',
    says: ['OTEL_TRACES_SAMPLER is always_off', 'OTEL_TRACES_EXPORTER=none'],
  },
  {
    name: 'a ratio of 0',
    env: { OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '0' },
    code: 'silent.sampler',
    level: 'warn',
    says: ['OTEL_TRACES_SAMPLER_ARG=0'],
  },
  {
    name: 'the sampler parentbased_always_off',
    env: { OTEL_TRACES_SAMPLER: 'parentbased_always_off' },
    code: 'silent.few-traces',
    level: 'info',
    says: ['OTEL_TRACES_SAMPLER', 'parentbased_always_on'],
  },
  {
    name: 'a ratio that keeps next to nothing',
    env: { OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.0001' },
    code: 'silent.few-traces',
    level: 'info',
    says: ['One trace in 10000', 'OTEL_TRACES_SAMPLER_ARG'],
  },
  {
    name: 'paths that are all ignored',
    env: { SIGNALBOX_IGNORE_PATHS: '/*' },
    code: 'silent.paths',
    level: 'warn',
    says: ['SIGNALBOX_IGNORE_PATHS'],
  },
  {
    name: 'no instrumentation',
    env: { OTEL_NODE_ENABLED_INSTRUMENTATIONS: 'none' },
    code: 'silent.instrumentations',
    level: 'info',
    says: ['OTEL_NODE_ENABLED_INSTRUMENTATIONS'],
  },
  {
    name: 'no propagator',
    env: { OTEL_PROPAGATORS: 'none' },
    code: 'silent.propagators',
    level: 'info',
    says: ['OTEL_PROPAGATORS is none'],
  },
  {
    name: 'a propagator for baggage alone',
    env: { OTEL_PROPAGATORS: 'baggage' },
    code: 'silent.propagators',
    level: 'info',
    says: ['tracecontext'],
  },
  {
    name: 'an interval of a day',
    env: { OTEL_METRIC_EXPORT_INTERVAL: '86400000' },
    code: 'silent.delay OTEL_METRIC_EXPORT_INTERVAL',
    level: 'warn',
    says: ['OTEL_METRIC_EXPORT_INTERVAL', '24 hours'],
  },
  {
    name: 'spans without attributes',
    env: { OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT: '0' },
    code: 'silent.limits OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT',
    level: 'warn',
    says: ['OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT'],
  },
  {
    name: 'a queue of 32 bytes',
    env: { SIGNALBOX_QUEUE_MAX_BYTES: '32' },
    code: 'silent.queue',
    level: 'warn',
    says: ['SIGNALBOX_QUEUE_MAX_BYTES'],
  },
  {
    name: 'no time at the end',
    env: { SIGNALBOX_SHUTDOWN_TIMEOUT: '0' },
    code: 'silent.shutdown',
    level: 'info',
    says: ['SIGNALBOX_SHUTDOWN_TIMEOUT'],
  },
];

const BY_WHAT_HAPPENS: readonly Row[] = [
  ...['winston', 'pino', 'bunyan'].flatMap((logger): Row[] => [
    {
      name: `${logger}, and log records that go nowhere`,
      env: { OTEL_LOGS_EXPORTER: 'none' },
      program: 'one-logger.cjs',
      args: [logger],
      code: `silent.logger ${logger}`,
      level: 'info',
      says: [`${logger} is in use`, 'OTEL_LOGS_EXPORTER'],
    },
    {
      name: `${logger}, whose instrumentation is switched off`,
      env: { OTEL_NODE_DISABLED_INSTRUMENTATIONS: logger },
      program: 'one-logger.cjs',
      args: [logger],
      code: `silent.logger ${logger}`,
      level: 'info',
      says: [`${logger} is in use`, 'OTEL_NODE_DISABLED_INSTRUMENTATIONS'],
    },
  ]),
  {
    name: 'a counter with 5000 sets of attributes',
    program: 'many-attributes.cjs',
    args: ['5000'],
    code: 'metrics.cardinality orders',
    level: 'warn',
    says: ['"orders"', '"user.id"', 'recorded without attributes'],
  },
  {
    name: 'a counter that comes near its limit',
    program: 'many-attributes.cjs',
    args: ['1700'],
    code: 'metrics.cardinality orders',
    level: 'warn',
    says: ['"orders"', '"user.id" has 1700 different values', 'will be recorded without attributes'],
  },
];

function assertSaidOnce({ said, stderr }: Ending, { code, level, says }: Row): void {
  const lines = said.filter((line) => line.code.startsWith('silent.') || line.code.startsWith('metrics.') || line.level !== 'info');
  // What a tiny queue drops is said as well.
  const own = lines.filter((line) => !/^(queue-full|too-large|value-cut|encode-error|exit\.lost)/.test(line.code) || line.code === code);
  assert.deepEqual(
    own.map((line) => line.code),
    [code],
    stderr,
  );
  assert.equal(own[0]?.level, level);
  for (const part of says) assert.match(own[0]?.message ?? '', new RegExp(typeof part === 'string' ? part.replaceAll('.', '\\.') : part));
}

const optionsOf = ({ program = 'three-signals.cjs', args = [], env }: Row, collector: Env): ProgramOptions => ({
  program,
  args,
  env: { ...collector, ...env },
});

describe('is said once, with the setting that changes it:', { concurrency: 3 }, () => {
  for (const row of [...BY_SETTINGS, ...BY_WHAT_HAPPENS]) {
    it(`${row.name}, while the application runs`, async () => {
      await using collector = await startCollector();
      const program = startProgram(optionsOf(row, collector.env));
      await program.output(/recorded/);
      const startedAt = performance.now();
      await program.output(new RegExp(`"code":"${row.code}"`), 'stderr');
      const tookMs = performance.now() - startedAt;
      program.child.send('stop');
      const ending = await program.ended;
      assert.deepEqual(
        { code: ending.code, stdout: ending.stdout, stderr: ending.ownStderr },
        { code: 0, stdout: 'recorded\n', stderr: '' },
      );
      assertSaidOnce(ending, row);
      assert.ok(tookMs < WITHIN_MS, `said after ${tookMs} ms`);
    });

    // A process that sends nothing is not announced, and says nothing, when it ends at once.
    if (row.env === NOWHERE) continue;
    it(`${row.name}, when it ends at once`, async () => {
      await using collector = await startCollector();
      const { args = [] } = row;
      assertSaidOnce(await runProgram(optionsOf({ ...row, args: [...args, 'at-once'] }, collector.env)), row);
    });
  }
});

it('every exporter none is said of a process that has recorded something and ends at once', async () => {
  const ending = await runProgram({ program: 'three-signals.cjs', args: ['at-once'], env: NOWHERE });
  assert.deepEqual(
    ending.said.map(({ code }) => code),
    ['started', 'silent.exporters'],
    ending.stderr,
  );
});

describe('callers of which none samples', { concurrency: 2 }, () => {
  const run = async (args: readonly string[], env: Env = {}): Promise<Ending> => {
    await using collector = await startCollector();
    const program = startProgram({ program: 'called-unsampled.cjs', args, env: { ...collector.env, ...env } });
    await program.output(/recorded/);
    program.child.send('stop');
    return await program.ended;
  };
  const codes = ({ said }: Ending): string[] => said.map(({ code }) => code).filter((code) => code !== 'started');

  it('are said after a hundred requests', async () => {
    const ending = await run(['150']);
    assert.deepEqual(codes(ending), ['silent.callers'], ending.stderr);
    assert.match(ending.stderr, /all 100 requests so far came with a traceparent .*OTEL_TRACES_SAMPLER=always_on/);
  });

  for (const [what, args, env] of [
    ['fewer requests', ['99'], {}],
    ['one caller that samples', ['100', '01'], {}],
    ['a sampler that does not ask the caller', ['150'], { OTEL_TRACES_SAMPLER: 'always_on' }],
    ['traces that go nowhere', ['150'], { OTEL_TRACES_EXPORTER: 'none' }],
  ] as const) {
    it(`are not said with ${what}`, async () => {
      const ending = await run(args, env);
      assert.deepEqual(codes(ending), [], ending.stderr);
    });
  }
});

describe('a service without a name', () => {
  it('is said once, and that OTEL_SERVICE_NAME gives it one', async () => {
    const folder = realpathSync(mkdtempSync(join(tmpdir(), 'signalbox-nameless-')));
    try {
      writeFileSync(
        join(folder, 'app.cjs'),
        "console.log('recorded'); require(process.argv[2]).trace.getTracer('app').startSpan('work').end();\n",
      );
      for (const name of [undefined, 'shop']) {
        await using collector = await startCollector();
        const ending = await runProgram({
          program: join(folder, 'app.cjs'),
          args: [join(ROOT, 'node_modules/@opentelemetry/api')],
          cwd: folder,
          preload: 'none',
          nodeFlags: ['--require', join(ROOT, 'dist/register.js')],
          env: { ...collector.env, OTEL_SERVICE_NAME: name as string },
        });
        const codes = ending.said.map(({ code }) => code);
        assert.deepEqual(codes, name === undefined ? ['started', 'silent.service-name'] : ['started'], ending.stderr);
        if (name === undefined) assert.match(ending.stderr, /OTEL_SERVICE_NAME/);
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

describe('a set-up that is right draws no line but that of the start', { concurrency: 2 }, () => {
  const RIGHT: Readonly<Record<string, Partial<Row>>> = {
    'a logger whose records are sent': { program: 'one-logger.cjs', args: ['winston', 'at-once'] },
    'Fastify, which loads pino without logging': {
      program: 'one-logger.cjs',
      args: ['fastify', 'at-once'],
      env: { OTEL_LOGS_EXPORTER: 'none' },
    },
    'a signal that is switched off on purpose': { args: ['at-once'], env: { OTEL_METRICS_EXPORTER: 'none' } },
    'a tenth of the traces': {
      args: ['at-once'],
      env: { OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.1' },
    },
    'a counter with some hundred sets of attributes': { program: 'many-attributes.cjs', args: ['500', 'at-once'] },
    'a wait of a minute': { args: ['at-once'], env: { OTEL_BSP_SCHEDULE_DELAY: '60000', OTEL_METRIC_EXPORT_INTERVAL: '300000' } },
  };
  for (const [name, row] of Object.entries(RIGHT)) {
    it(name, async () => {
      await using collector = await startCollector();
      const ending = await runProgram(optionsOf(row as Row, collector.env));
      assert.deepEqual(
        ending.said.map(({ code }) => code),
        ['started'],
        ending.stderr,
      );
    });
  }

  it('every exporter none, in a process that records nothing and ends', async () => {
    const ending = await runProgram({ program: '-e', args: ['0'], env: NOWHERE });
    assert.equal(ending.stderr, '');
  });

  it('OTEL_SDK_DISABLED=true, which loads nothing that could speak', async () => {
    const ending = await runProgram({ program: 'three-signals.cjs', args: ['at-once'], env: { OTEL_SDK_DISABLED: 'true', ...NOWHERE } });
    assert.equal(ending.stderr, '');
  });

  it('SIGNALBOX_LOG_LEVEL=none, which was asked for', async () => {
    const ending = await runProgram({ program: 'three-signals.cjs', args: ['at-once'], env: { SIGNALBOX_LOG_LEVEL: 'none', ...NOWHERE } });
    assert.equal(ending.stderr, '');
  });
});
