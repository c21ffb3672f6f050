import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { loadConfig } from '../../../src/config/load-config.ts';
import { settingsByName } from '../../../src/config/settings.ts';
import { createReporter } from '../../../src/diagnostics/reporter.ts';
import {
  LOGGERS,
  silentCallers,
  silentConfigFile,
  silentLoggers,
  silentSettings,
  type FileModel,
} from '../../../src/diagnostics/silence.ts';
import { watchSilence } from '../../../src/diagnostics/watch-silence.ts';
import { messageRow } from '../../../src/names/messages.ts';

type Env = Readonly<Record<string, string>>;
const lines = (env: Env, name = 'shop') => silentSettings(loadConfig(env).config, name);
const codes = (env: Env, name?: string): string[] => lines(env, name).map(({ code }) => code);
const NOWHERE = { OTEL_TRACES_EXPORTER: 'none', OTEL_METRICS_EXPORTER: 'none', OTEL_LOGS_EXPORTER: 'none' };

describe('silence that the settings cause', () => {
  it('is none by default, nor in any set-up that sends what it records', () => {
    for (const env of [
      {},
      { OTEL_TRACES_EXPORTER: 'console' },
      { OTEL_METRICS_EXPORTER: 'none', OTEL_LOGS_EXPORTER: 'none' },
      { OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.001' },
      { OTEL_TRACES_SAMPLER: 'always_on' },
      { SIGNALBOX_IGNORE_PATHS: '/internal/*,/health' },
      { SIGNALBOX_IGNORE_PATHS: 'none' },
      { OTEL_PROPAGATORS: 'b3' },
      { OTEL_NODE_ENABLED_INSTRUMENTATIONS: 'http' },
      { OTEL_METRIC_EXPORT_INTERVAL: '300000', OTEL_BSP_SCHEDULE_DELAY: '60000' },
      { OTEL_SPAN_EVENT_COUNT_LIMIT: '0', OTEL_ATTRIBUTE_COUNT_LIMIT: '1' },
      { SIGNALBOX_QUEUE_MAX_BYTES: '65536', SIGNALBOX_SHUTDOWN_TIMEOUT: '100' },
    ])
      assert.deepEqual(lines(env), [], JSON.stringify(env));
  });

  it('is said of nothing else when nothing is sent at all', () => {
    assert.deepEqual(codes({ ...NOWHERE, OTEL_TRACES_SAMPLER: 'always_off', SIGNALBOX_SHUTDOWN_TIMEOUT: '0' }, 'unknown_service:node'), [
      'silent.exporters',
    ]);
  });

  it('is not said of traces that go nowhere anyway', () => {
    assert.deepEqual(codes({ OTEL_TRACES_EXPORTER: 'none', OTEL_TRACES_SAMPLER: 'always_off', OTEL_BSP_SCHEDULE_DELAY: '99999999' }), []);
    assert.deepEqual(codes({ OTEL_TRACES_EXPORTER: 'none', OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT: '0' }), []);
  });

  it('is a warning where it is a trap, and information where it can only be a choice', () => {
    for (const [env, level] of [
      [{ OTEL_TRACES_SAMPLER: 'always_off' }, 'warn'],
      [{ OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '0' }, 'warn'],
      [{ OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: '0' }, 'info'],
      [{ OTEL_TRACES_SAMPLER: 'parentbased_always_off' }, 'info'],
      [{ OTEL_PROPAGATORS: 'none' }, 'info'],
      [{ SIGNALBOX_IGNORE_PATHS: '/health,/*' }, 'warn'],
      [{ OTEL_LOGRECORD_ATTRIBUTE_VALUE_LENGTH_LIMIT: '0' }, 'warn'],
      [{ OTEL_BLRP_SCHEDULE_DELAY: '3600000' }, 'warn'],
    ] as const) {
      const [line, ...more] = lines(env);
      assert.deepEqual(more, []);
      assert.equal(messageRow(line!.code).level, level, line?.message);
    }
  });

  it('names only settings that exist', () => {
    const messages = [
      ...lines(NOWHERE),
      ...lines(
        {
          OTEL_TRACES_SAMPLER: 'always_off',
          SIGNALBOX_IGNORE_PATHS: '/*',
          OTEL_NODE_ENABLED_INSTRUMENTATIONS: 'none',
          OTEL_PROPAGATORS: 'none',
          OTEL_METRIC_EXPORT_INTERVAL: '86400000',
          OTEL_ATTRIBUTE_COUNT_LIMIT: '0',
          OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT: '0',
          SIGNALBOX_QUEUE_MAX_BYTES: '32',
          SIGNALBOX_SHUTDOWN_TIMEOUT: '0',
        },
        'unknown_service:node',
      ),
    ].map(({ message }) => message);
    assert.equal(messages.length, 13);
    for (const message of messages) {
      const named = message.match(/\b(?:OTEL|SIGNALBOX)_[A-Z_]+\b/g) ?? [];
      assert.ok(named.length > 0, message);
      for (const name of named) assert.ok(settingsByName.has(name), name);
    }
  });
});

describe('a configuration file', () => {
  it('is said to send nothing only when no signal has a processor or a reader', () => {
    const isSilent = (model: FileModel): boolean => silentConfigFile('otel.yaml', model) !== undefined;
    assert.equal(isSilent({}), true);
    assert.equal(isSilent({ tracer_provider: { processors: [] }, meter_provider: {} }), true);
    assert.equal(isSilent({ disabled: true }), false);
    assert.equal(isSilent({ meter_provider: { readers: [{}] } }), false);
    assert.equal(isSilent({ logger_provider: { processors: [{}] } }), false);
  });
});

describe('callers of which none samples', () => {
  it('are said only where the sampler keeps to what they decide, and traces are sent', () => {
    for (const [env, isSaid] of [
      [{}, true],
      [{ OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.5' }, true],
      [{ OTEL_TRACES_SAMPLER: 'always_on' }, false],
      [{ OTEL_TRACES_EXPORTER: 'none' }, false],
    ] as const)
      assert.equal(silentCallers(100, loadConfig(env).config) !== undefined, isSaid, JSON.stringify(env));
  });
});

describe('loggers whose records are not sent', () => {
  const why = (env: Env, loggers: readonly string[] = LOGGERS): string[] =>
    silentLoggers(loggers, loadConfig(env).config).map(({ about, message }) => `${about}: ${message}`);

  it('are each named with the setting', () => {
    assert.deepEqual(why({}), []);
    assert.deepEqual(why({ OTEL_LOGS_EXPORTER: 'none' }, []), []);
    assert.equal(why({ OTEL_LOGS_EXPORTER: 'none' }).length, 3);
    assert.deepEqual(why({ OTEL_LOGS_EXPORTER: 'none', SIGNALBOX_EXPORT_APP_LOGS: 'false' }), []);
    assert.deepEqual(why({ OTEL_NODE_DISABLED_INSTRUMENTATIONS: 'pino' }), [
      'pino: pino is in use, and its records are not sent: OTEL_NODE_DISABLED_INSTRUMENTATIONS names pino; without it they are sent.',
    ]);
    assert.equal(why({ OTEL_NODE_ENABLED_INSTRUMENTATIONS: 'http,winston' }).length, 2);
    assert.match(
      why({ SIGNALBOX_INSTRUMENTATION_OPTIONS: '{"bunyan":{"disableLogSending":true}}' })[0] ?? '',
      /^bunyan: .*disableLogSending/,
    );
  });

  it('are not named where no instrumentation at all is on, which was said', () => {
    assert.deepEqual(why({ OTEL_NODE_ENABLED_INSTRUMENTATIONS: 'none' }), []);
  });
});

describe('the watch', () => {
  function watch(env: Env) {
    const said: string[] = [];
    const reporter = createReporter({ level: 'info', forPerson: true, write: (line) => said.push(line) });
    return { said, silence: watchSilence(loadConfig(env).config, reporter) };
  }

  it('says everything once', () => {
    const { said, silence } = watch({ OTEL_TRACES_SAMPLER: 'always_off' });
    silence.started('shop');
    silence.started('shop');
    silence.ended();
    assert.equal(said.length, 1, said.join(''));
  });
});
