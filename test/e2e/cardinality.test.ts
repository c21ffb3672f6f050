/** A label that nobody bounds, in a real program: memory does not grow with it, and nothing that was counted is missing. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { METRIC_NAME, OTEL_METRIC_OVERFLOW } from '../../src/names/attributes.ts';
import { METRIC_OVERFLOW } from '../../src/names/metrics/telemetry.ts';
import type { ReceivedMetric } from '../../src/otlp/decode/model.ts';
import { startCollector } from './kit/collector.ts';
import { PROGRAMS, runProgram } from './kit/run-program.ts';

const SETS = 1_000_000;
/** By the specification, the one for what goes beyond included. */
const LIMIT = 2000;

interface Value {
  readonly count: number;
  readonly sum: number;
}

interface Counted {
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly value: Value;
}

/** Every point as a count and a sum: the counter is given 2 each time. */
function pointsOf(metrics: readonly ReceivedMetric[]): Counted[] {
  return metrics.flatMap(({ points }) =>
    (points as readonly { readonly attributes: Counted['attributes'] }[]).map((point) => ({
      attributes: point.attributes,
      value: 'value' in point ? { count: Number(point.value) / 2, sum: Number(point.value) } : (point as unknown as Value),
    })),
  );
}

const total = (points: readonly Counted[], key: keyof Value): number => points.reduce((sum, { value }) => sum + value[key], 0);

describe('a million attribute sets on a counter and a histogram', { concurrency: 2 }, () => {
  for (const temporality of ['cumulative', 'delta'] as const)
    it(`take bounded memory, are said once for each metric, and are all in the total (${temporality})`, async (t) => {
      await using collector = await startCollector();
      const { code, said, stderr, stdout } = await runProgram({
        program: `${PROGRAMS}/metrics/million-sets.cjs`,
        // A set takes 500 bytes and more: a million would not fit.
        nodeFlags: ['--expose-gc', '--max-old-space-size=128'],
        env: {
          ...collector.env,
          OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: temporality,
          OTEL_METRIC_EXPORT_INTERVAL: '3600000', // the one export is that of the exit, however slow the machine is
          OTEL_TRACES_EXPORTER: 'none',
        },
        timeoutMs: 240_000,
      });
      assert.equal(code, 0, stderr);
      const grown = JSON.parse(stdout) as { half: number; all: number };
      t.diagnostic(`the heap grew by ${Math.round(grown.half / 1024)} KiB, and ${Math.round(grown.all / 1024)} KiB in the end`);
      assert.ok(grown.all < 8 * 2 ** 20, `the heap grew by ${grown.all} bytes`);

      const warnings = said.filter((line) => line.code.startsWith('metrics.cardinality'));
      assert.equal(warnings.length, 2, stderr);
      for (const name of ['orders', 'order.duration'])
        assert.match(
          warnings.find(({ message }) => message.includes(JSON.stringify(name)))?.message ?? '',
          /must have fewer than 2000 .*"user\.id" has 1999 different values.*recorded without attributes/,
        );

      const metrics = collector.store.metrics();
      for (const [name, sum] of [
        ['orders', 2 * SETS],
        ['order.duration', 1.5 * SETS],
      ] as const) {
        const points = pointsOf(metrics.filter((metric) => metric.name === name));
        assert.deepEqual([total(points, 'count'), total(points, 'sum')], [SETS, sum], name);
        assert.equal(points.length, LIMIT, name);
        const overflow = points.filter(({ attributes }) => attributes[OTEL_METRIC_OVERFLOW] === true);
        assert.equal(total(overflow, 'count'), SETS - LIMIT + 1, name);
      }
      const beyond = pointsOf(metrics.filter(({ name }) => name === METRIC_OVERFLOW.name));
      assert.deepEqual(
        beyond.map(({ attributes, value }) => [attributes[METRIC_NAME], value.sum]),
        [
          ['orders', SETS - LIMIT + 1],
          ['order.duration', SETS - LIMIT + 1],
        ],
      );
    });
});
