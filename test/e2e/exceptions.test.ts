/** Exceptions of spans as events, as log records, or as both: OTEL_SEMCONV_EXCEPTION_SIGNAL_OPT_IN. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ReceivedLog, ReceivedSpan } from '../../src/otlp/decode/model.ts';
import { findRefusingPort, startCollector } from './kit/collector.ts';
import { runProgram, type Ending } from './kit/run-program.ts';

const SETTING = 'OTEL_SEMCONV_EXCEPTION_SIGNAL_OPT_IN';
const EXCEPTIONS = [
  'throws RangeError: out of stock',
  'throws nothing undefined: thrown: undefined',
  'catches E_BUSY: busy',
  'block TypeError: no number',
  'by the API undefined: only a text',
  'by the API Written: by hand',
  'GET ECONNREFUSED: connect ECONNREFUSED',
];

interface Outcome {
  readonly ending: Ending;
  readonly spans: readonly ReceivedSpan[];
  readonly logs: readonly ReceivedLog[];
  /** Of the events, and of the records, in the form of `EXCEPTIONS`. */
  readonly events: readonly string[];
  readonly records: readonly string[];
}

const say = (
  span: string | undefined,
  { 'exception.type': type, 'exception.message': message }: Readonly<Record<string, unknown>>,
): string => `${span} ${String(type)}: ${String(message).replace(/ 127\.0\.0\.1:\d+$/, '')}`;

async function outcomeOf(env: Readonly<Record<string, string>>, preload: 'require' | 'import' = 'require'): Promise<Outcome> {
  await using collector = await startCollector();
  const port = String(await findRefusingPort());
  const ending = await runProgram({ program: 'exceptions.mjs', preload, env: { ...collector.env, PORT: port, ...env } });
  assert.equal(ending.code, 0, ending.stderr);
  const spans = collector.store.spans();
  const logs = collector.store.logs().filter(({ eventName }) => eventName === 'exception');
  const named = new Map(spans.map((span) => [span.spanId, span]));
  const isException = ({ name, attributes }: ReceivedSpan['events'][number]): boolean =>
    name === 'exception' && ('exception.type' in attributes || 'exception.message' in attributes);
  return {
    ending,
    spans,
    logs,
    events: spans.flatMap(({ name, events }) => events.filter(isException).map(({ attributes }) => say(name, attributes))),
    records: logs.map(({ spanId, attributes }) => say(named.get(spanId ?? '')?.name, attributes)),
  };
}

for (const preload of ['require', 'import'] as const)
  describe(`exceptions, with --${preload}`, () => {
    it('are events of their spans where nothing is said', async () => {
      const { events, records } = await outcomeOf({}, preload);
      assert.deepEqual(events, EXCEPTIONS);
      assert.deepEqual(records, []);
    });

    it('are log records in their place with `logs`, in the trace of the span, and the spans are errors as before', async () => {
      const { spans, logs, events, records } = await outcomeOf({ [SETTING]: 'logs' }, preload);
      assert.deepEqual(events, []);
      assert.deepEqual(records, EXCEPTIONS);
      assert.deepEqual(
        spans.filter(({ status }) => status.code === 'error').map(({ name, attributes }) => `${name} ${String(attributes['error.type'])}`),
        ['throws RangeError', 'throws nothing undefined', 'catches E_BUSY', 'GET ECONNREFUSED'],
      );
      for (const log of logs) {
        const span = spans.find(({ spanId }) => spanId === log.spanId);
        assert.equal(log.traceId, span?.traceId);
        assert.deepEqual(log.scope, span?.scope);
        assert.deepEqual([log.severityNumber, log.severityText, log.body], [17, 'ERROR', null]);
      }
      const [first] = logs;
      assert.match(String(first?.attributes['exception.stacktrace']), /RangeError: out of stock\n {4}at .*exceptions\.mjs/);
      assert.deepEqual(
        spans.flatMap(({ events: rest }) => rest.map(({ attributes }) => attributes)),
        [{ other: 'no exception of the conventions' }],
      );
      assert.equal(logs[4]?.timeUnixNano, 1_700_000_000_000_000_000n);
    });

    it('are both with `logs/dup`', async () => {
      const { events, records } = await outcomeOf({ [SETTING]: 'logs/dup' }, preload);
      assert.deepEqual(events, EXCEPTIONS);
      assert.deepEqual(records, EXCEPTIONS);
    });
  });

describe('exceptions', () => {
  it('stay events where log records go nowhere', async () => {
    const { events, records } = await outcomeOf({ [SETTING]: 'logs', OTEL_LOGS_EXPORTER: 'none' });
    assert.deepEqual(events, EXCEPTIONS);
    assert.deepEqual(records, []);
  });

  it('are neither where the trace is not sampled', async () => {
    const { events, records } = await outcomeOf({ [SETTING]: 'logs/dup', OTEL_TRACES_SAMPLER: 'always_off' });
    assert.deepEqual([events, records], [[], []]);
  });

  it('of worker threads are log records as well', async () => {
    await using collector = await startCollector();
    const ending = await runProgram({ program: 'exceptions-in-worker.cjs', env: { ...collector.env, [SETTING]: 'logs' } });
    assert.equal(ending.code, 0, ending.stderr);
    const [span] = collector.store.spans();
    const [log] = collector.store.logs();
    assert.deepEqual([span?.name, span?.events, log?.eventName, log?.spanId], ['in a worker', [], 'exception', span?.spanId]);
  });

  it('are redacted in either', async () => {
    const { spans, logs } = await outcomeOf({ [SETTING]: 'logs/dup', SIGNALBOX_REDACT_ALSO: '/out of stock/' });
    assert.doesNotMatch(
      JSON.stringify([spans, logs], (_, value: unknown) => (typeof value === 'bigint' ? 0 : value)),
      /out of stock/,
    );
  });

  it('are events where the value is none of the two, which is said', async () => {
    const { ending, events } = await outcomeOf({ [SETTING]: 'log' });
    assert.deepEqual(events, EXCEPTIONS);
    assert.match(ending.said[0]?.message ?? '', /must be one of logs, logs\/dup, got "log" .*Using the default: an event of the span/);
  });

  it('are what the official SDK makes of them where that runs, which is said', async () => {
    await using collector = await startCollector();
    const ending = await runProgram({
      program: 'own-processors.cjs',
      preload: 'none',
      env: { COLLECTOR: collector.receiver.httpUrl, [SETTING]: 'logs' },
    });
    assert.match(
      ending.said[0]?.message ?? '',
      new RegExp(`^${SETTING} must be left out where the official SDK runs, got "logs"\\. Exceptions are recorded as the SDK does`),
    );
  });
});
