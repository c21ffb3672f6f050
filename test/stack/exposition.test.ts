/** What official parsers say of both text formats: `promtool`, and the parsers of Python's `prometheus-client`. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { descriptor, expose, number, EVERYTHING, type Metric } from '../unit/ops-server/exposition/kit.ts';
import { cacheFolder } from '../../scripts/cache-folder.mjs';
import { binaryOf, skipWithout } from './kit/servers.ts';

const TARGET = 'service_name="shop",service_version="1.0.0"';
const MANY: readonly Metric[] = Array.from({ length: 20 }, (_, m) => ({
  descriptor: descriptor(`orders.placed.in.region${m}`, { unit: 's', description: 'Orders.' }),
  points: Array.from({ length: 500 }, (__, i) => number(i * 1.5, { 'http.route': `/orders/${i}`, code: 200 })),
}));

const ENDING_AS_HISTOGRAMS: readonly Metric[] = ['connection.count', 'prices.sum', 'water.bucket'].map((name) => ({
  descriptor: descriptor(name, { isMonotonic: false, description: 'Now.' }),
  points: [number(1)],
}));

/** As `scripts/install-python.sh` leaves it. */
const installed = join(cacheFolder('python'), 'bin/python3');
const python = existsSync(installed) ? installed : 'python3';
const hasParsers = spawnSync(python, ['-c', 'import prometheus_client']).status === 0;
const PARSE = `
import sys
from prometheus_client.parser import text_string_to_metric_families as text
from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics
families = list((openmetrics if sys.argv[1] == 'openmetrics' else text)(sys.stdin.read()))
samples = [sample for family in families for sample in family.samples]
print(len(samples), sum(1 for sample in samples if sample.exemplar))
`;

describe('promtool check metrics', { skip: skipWithout('prometheus') }, () => {
  for (const [what, metrics] of [
    ['everything', EVERYTHING],
    ['10,000 series', MANY],
    ['names that end as those of histograms', ENDING_AS_HISTOGRAMS],
  ] as const)
    it(`has nothing to say of ${what}`, () => {
      const { status, stdout, stderr } = spawnSync(binaryOf('prometheus', 'promtool'), ['check', 'metrics'], {
        input: expose(metrics, 'text', TARGET).text,
        encoding: 'utf8',
      });
      assert.deepEqual([status, stdout + stderr], [0, '']);
    });
});

describe(
  "Python's prometheus-client",
  { skip: hasParsers ? false : 'prometheus-client is not installed: scripts/install-python.sh' },
  () => {
    for (const format of ['text', 'openmetrics'] as const)
      for (const [what, metrics, samples] of [
        ['everything', EVERYTHING, format === 'text' ? 37 : 36],
        ['10,000 series', MANY, 10_001],
        ['names that end as those of histograms', ENDING_AS_HISTOGRAMS, 4],
      ] as const)
        // prettier-ignore
        it(`parses ${what} as ${format}`, () => {
        const { stdout, stderr } = spawnSync(python, ['-c', PARSE, format], { input: expose(metrics, format, TARGET).text, encoding: 'utf8' });
        const exemplars = format === 'openmetrics' && metrics === EVERYTHING ? 3 : 0;
        assert.equal(stdout.trim(), `${samples} ${exemplars}`, stderr);
      });
  },
);
