/** What official parsers say of both text formats: `promtool`, and the parsers of Python's `prometheus-client`. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, it } from 'node:test';
import { descriptor, expose, number, EVERYTHING, type Metric } from '../unit/ops-server/exposition/kit.ts';
import { parseByPython, skipWithoutPython } from './kit/python-parsers.ts';
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

/** Names that the formats have for something else; what they leave out is said elsewhere. */
const RESERVED: readonly Metric[] = [
  { descriptor: descriptor('orders', { description: 'Orders.' }), points: [number(1, { __name__: 'x', '..name..': 'y' })] },
  ...['orders.created', 'target', 'target.info'].map((name) => ({
    descriptor: descriptor(name, { type: 'gauge', description: 'Now.' }),
    points: [number(1)],
  })),
];

describe('promtool check metrics', { skip: skipWithout('prometheus') }, () => {
  for (const [what, metrics] of [
    ['everything', EVERYTHING],
    ['10,000 series', MANY],
    ['names that end as those of histograms', ENDING_AS_HISTOGRAMS],
    ['names that the formats reserve', RESERVED],
  ] as const)
    it(`has nothing to say of ${what}`, () => {
      const { status, stdout, stderr } = spawnSync(binaryOf('prometheus', 'promtool'), ['check', 'metrics'], {
        input: expose(metrics, 'text', TARGET).text,
        encoding: 'utf8',
      });
      assert.deepEqual([status, stdout + stderr], [0, '']);
    });
});

describe("Python's prometheus-client", { skip: skipWithoutPython }, () => {
  for (const format of ['text', 'openmetrics'] as const)
    for (const [what, metrics, samples] of [
      ['everything', EVERYTHING, format === 'text' ? 37 : 36],
      ['10,000 series', MANY, 10_001],
      ['names that end as those of histograms', ENDING_AS_HISTOGRAMS, 4],
      ['names that the formats reserve', RESERVED, format === 'text' ? 4 : 2],
    ] as const)
      it(`parses ${what} as ${format}`, () => {
        const exemplars = format === 'openmetrics' && metrics === EVERYTHING ? 3 : 0;
        assert.deepEqual(parseByPython(expose(metrics, format, TARGET).text, format), { samples, exemplars });
      });
});
