import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parse } from 'yaml';
import { ALERTS } from '../../../src/operations/alerts/alert-table.ts';
import { queryFor } from '../../../src/operations/alerts/build-alerts.ts';
import { buildRuleFiles } from '../../../src/operations/build-rules.ts';
import { parseDuration } from '../../../src/operations/durations.ts';
import type { AlertingRule, RecordingRule } from '../../../src/operations/rules.ts';
import type { OperationsSettings } from '../../../src/operations/settings.ts';
import { lintExpression } from './promql/lint.ts';

const OBJECTIVES = [
  { name: 'available', type: 'availability' as const, objective: 99.9 },
  { name: 'fast', type: 'latency' as const, objective: 95, thresholdSeconds: 0.1, route: '/x' },
];
const WORLDS: readonly OperationsSettings[] = [60, 15, 300].map((exportIntervalSeconds) => ({
  exportIntervalSeconds,
  prices: { 'gpt-5': { input: 1, output: 2 } },
  routes: { '/x': { RouteErrorRate: { warning: 0.5 } } },
  services: {
    'a"b\\c 注文': {
      alerts: Object.fromEntries([...ALERTS.values()].filter(({ scope }) => scope !== 'server').map(({ name }) => [name, { critical: 3 }])),
      objectives: OBJECTIVES,
    },
  },
}));

function rulesOf(settings: OperationsSettings): (AlertingRule | RecordingRule)[] {
  return [...buildRuleFiles(settings).values()].flatMap((text) =>
    (parse(text) as { groups: { rules: (AlertingRule | RecordingRule)[] }[] }).groups.flatMap(({ rules }) => rules),
  );
}

describe('the expressions of the rules', () => {
  for (const settings of WORLDS) {
    const interval = settings.exportIntervalSeconds as number;
    it(`ask for what there is, as it must be asked for, with a sample each ${interval} s`, () => {
      const faults = rulesOf(settings).flatMap((rule) =>
        lintExpression(rule.expr, interval).map((fault) => `${'alert' in rule ? rule.alert : rule.record}: ${fault}`),
      );
      assert.deepEqual([...new Set(faults)], []);
    });

    it(`wait for two samples at least, with one each ${interval} s`, () => {
      for (const rule of rulesOf(settings)) {
        if (!('alert' in rule)) continue;
        const seconds = parseDuration(rule.for);
        assert.ok(seconds === 0 || (seconds as number) >= 2 * interval, `${rule.alert} ${rule.for}`);
      }
    });
  }

  it('are those of the runbooks too', () => {
    const faults = [...ALERTS.values()].flatMap((row) =>
      row.runbook.look.flatMap(([, ask]) => lintExpression(ask(queryFor(row, {}))).map((fault) => `${row.name}: ${fault}`)),
    );
    assert.deepEqual(faults, []);
  });
});

describe('the labels of alerts', () => {
  it('never hold a value, with which every evaluation would be another alert', () => {
    for (const rule of rulesOf(WORLDS[0] as OperationsSettings)) assert.doesNotMatch(JSON.stringify(rule.labels ?? {}), /\$value|humanize/);
  });

  it('have values written for people in the texts', () => {
    for (const rule of rulesOf(WORLDS[0] as OperationsSettings)) {
      if (!('alert' in rule)) continue;
      assert.doesNotMatch(JSON.stringify(rule.annotations), /\$value \}\}/, rule.alert);
      for (const name of ['summary', 'description', 'runbook_url', 'dashboard_url'])
        assert.ok(rule.annotations[name], `${rule.alert} ${name}`);
    }
  });
});

describe('the linter', () => {
  const cases = [
    ['sum by (job) (rate(http_server_request_duration_seconds_count[5m]))', undefined],
    ['sum by (job) (http_server_request_duration_seconds_count)', /is a counter, and not under rate/],
    [
      'sum(http_server_request_duration_seconds_count) > rate(process_uptime_seconds[5m])',
      /process_uptime_seconds is a gauge, and under rate/,
    ],
    ['rate(http_server_request_duration_seconds_count[3m])', /\[3m\] is shorter than 240 s/],
    ['max_over_time(process_uptime_seconds[1m])', /\[1m\] is shorter than 120 s/],
    ['http_requests_total', /is in no catalogue/],
    ['rate(http_server_request_duration_seconds_count{status="500"}[5m])', /has no label status/],
    ['max by (rout) (process_uptime_seconds)', /nothing that is aggregated by rout has that label/],
    ['histogram_quantile(0.9, sum by (job) (rate(http_server_request_duration_seconds_bucket[5m])))', /does not keep le/],
    ['sum by (job (process_uptime_seconds)', /cannot be parsed/],
    ['(errors_total unless errors_total offset 15m) or increase(errors_total[15m])', undefined],
    ['errors_total unless process_uptime_seconds offset 15m', /is a counter/],
    ['{a="b"}', /without a name/],
  ] as const;
  for (const [expression, fault] of cases) {
    it(`${fault === undefined ? 'finds nothing in' : 'finds what is wrong in'} ${expression}`, () => {
      const faults = lintExpression(expression);
      if (fault === undefined) assert.deepEqual(faults, []);
      else assert.match(faults.join('\n'), fault);
    });
  }
});
