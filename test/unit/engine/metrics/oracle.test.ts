/** The engine beside the official SDK. `SIGNALBOX_ORACLE_SEEDS=10000` runs as many programs as that. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CollectedMetric } from './collected.ts';

const SEEDS = Number(process.env['SIGNALBOX_ORACLE_SEEDS'] ?? 300);

// Both read the same clock: the engine captures it when it is loaded.
const realNow = Date.now;
let timeMs = 0;
Date.now = () => timeMs;
const { seeded } = await import('../../otlp/encode/otlp-fixtures.ts');
const { loadConfig } = await import('../../../../src/config/load-config.ts');
const { createReporter } = await import('../../../../src/diagnostics/reporter.ts');
const { startMetrics } = await import('../../../../src/engine/metrics/metrics.ts');
await import('../../../../src/engine/metrics/metrics-pipeline.ts');
const { keepIn } = await import('./collected.ts');
const { atScaleOf, differenceOf, exportedByEngine, randomProgram, runProgram, startSdk } = await import('./oracle.ts');

const setTime = (ms: number): void => void (timeMs = ms);

test(`${SEEDS} random programs export on the engine what they export on the official SDK`, async () => {
  let points = 0;
  for (let seed = 1; seed <= SEEDS; seed++) {
    const program = randomProgram(seeded(seed));
    const { temporality, defaultHistogram, views } = program;
    const { config } = loadConfig({ OTEL_METRIC_EXPORT_INTERVAL: '3600000' });
    const collected: CollectedMetric[] = [];
    const metrics = startMetrics({
      config: { ...config, metrics: { ...config.metrics, temporality, defaultHistogram, views } },
      reporter: createReporter({ level: 'none' }),
      writer: keepIn(collected),
    });
    const engine = {
      meterProvider: metrics.meterProvider,
      async collect() {
        collected.length = 0;
        await metrics.collect();
        // The engine has a metric of its own for what goes beyond a limit.
        return exportedByEngine(collected.filter(({ scope }) => scope !== 'signalbox'));
      },
    };
    const ours = await runProgram(program, engine, setTime);
    metrics.stop();
    const theirs = await runProgram(program, startSdk(program), setTime);
    for (const [interval, our] of ours.entries()) {
      points += Object.keys(our).length;
      const difference = differenceOf(atScaleOf(theirs[interval], our), theirs[interval]);
      if (difference !== undefined) assert.fail(`seed ${seed}, interval ${interval}: ${difference} in ${JSON.stringify(program)}`);
    }
  }
  assert.ok(points > SEEDS * 5, `${points} points`);
  Date.now = realNow;
});
