/** The rules before the real promtool: for the shipped settings, and for names that are hard to write. */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { buildRuleFiles } from '../../src/operations/build-rules.ts';
import { checkSettings } from '../../src/operations/check-settings.ts';
import type { OperationsSettings } from '../../src/operations/settings.ts';
import { promtool } from './kit/promtool.ts';
import { skipWithout } from './kit/servers.ts';
import { shipped } from './kit/start-stack.ts';

const options = { skip: skipWithout('prometheus') };

function writeAll(t: TestContext, settings: OperationsSettings): string[] {
  assert.deepEqual(checkSettings(settings), []);
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-rules-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return [...buildRuleFiles(settings)].map(([name, text]) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  });
}

const ODD_NAMES = [
  'shop',
  'магазин',
  '注文サービス',
  'a"b\\c',
  "it's",
  'a.b*c+d?(e)[f]{g}|h^i$',
  '{{ $labels.job }}',
  '{{ template "x" }}',
  '<b>&amp;',
  'new\nline',
  'tab\there',
  '🚂',
  '- item',
  '#x: y',
  '%s %d',
  'ns/name',
  'line\u2028and\u2029paragraph\u0085ends',
  '\u007f\u0080 \ufeff\uffff',
];

test('promtool accepts the shipped rules and the configuration that names them', options, () => {
  const files = readdirSync(shipped('prometheus/rules')).map((file) => shipped(`prometheus/rules/${file}`));
  assert.ok(files.length > 10);
  const rules = promtool('check', 'rules', '--lint=all', '--lint-fatal', ...files);
  assert.equal(rules.code, 0, rules.output);
  const config = promtool('check', 'config', shipped('prometheus/prometheus.yml'));
  assert.equal(config.code, 0, config.output);
});

test('promtool accepts the rules of sixty services with odd names, routes and objectives of their own', options, (t) => {
  const names = Array.from({ length: 60 }, (_, i) =>
    ODD_NAMES[i] === undefined ? `service ${i} ${ODD_NAMES[i % ODD_NAMES.length]}` : ODD_NAMES[i],
  );
  const service = {
    alerts: {
      HighErrorRate: { critical: 0.5 },
      HeapNearLimit: { warning: 0.7 },
      MetricCardinalityOverflow: { info: 1 },
      TelemetryAbsent: false as const,
    },
    routes: { '/a/:id("\\d+")': { RouteErrorRate: { critical: 0.1 } }, '/ünïcode/{x}': { RouteLatencyHigh: { warning: 9 } } },
    objectives: [
      { name: 'availability', type: 'availability' as const, objective: 99.9 },
      { name: 'latency', type: 'latency' as const, objective: 95, thresholdSeconds: 1, route: '/a/:id("\\d+")' },
    ],
  };
  const settings: OperationsSettings = {
    prices: Object.fromEntries(ODD_NAMES.map((name) => [name, { input: 1, output: 2 }])),
    services: Object.fromEntries(names.map((name) => [name, service])),
  };
  const { code, output } = promtool('check', 'rules', '--lint=all', '--lint-fatal', ...writeAll(t, settings));
  assert.equal(code, 0, output.slice(0, 4000));
});

test('promtool accepts the rules of other intervals and scales', options, (t) => {
  for (const settings of [
    { exportIntervalSeconds: 15 },
    { exportIntervalSeconds: 600 },
    { exportIntervalSeconds: 1, timeScale: 0.01 },
    { preset: 'agent' },
    { preset: 'downloads' },
  ] as const) {
    const { code, output } = promtool('check', 'rules', '--lint=all', '--lint-fatal', ...writeAll(t, settings));
    assert.equal(code, 0, output);
  }
});
