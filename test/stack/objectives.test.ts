/** Objectives before the real promtool: what burns fires, what is little or short does not, and it ends. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { HTTP_INSTRUMENTATION_METRICS } from '../../src/names/metrics/http.ts';
import { renderRules } from '../../src/operations/build-rules.ts';
import { buildObjectiveGroups } from '../../src/operations/slo/build-objectives.ts';
import type { Objective } from '../../src/operations/slo/objective.ts';
import { count, histogram, renderSeries, type Phase, type Series } from './alerts/series.ts';
import { promtool } from './kit/promtool.ts';
import { skipWithout } from './kit/servers.ts';

const options = { skip: skipWithout('prometheus') };
const REQUESTS = HTTP_INSTRUMENTATION_METRICS.serverRequestDuration;
const AVAILABLE: Objective = { name: 'available', type: 'availability', objective: 99.9 };
const FAST: Objective = { name: 'fast', type: 'latency', objective: 95, thresholdSeconds: 0.1 };
const WAYS = { pushed: { job: 'ns/shop', service_name: 'shop', instance: 'i-1' }, scraped: { job: 'shop', instance: '10.0.0.1:9464' } };

const requests = (perSecond: number, failed: number): Series[] => [
  count(REQUESTS, { http_response_status_code: '200' }, perSecond * (1 - failed)),
  count(REQUESTS, { http_response_status_code: '500' }, perSecond * failed),
];
const timed = (perSecond: number, slow: number): Series[] => histogram(REQUESTS, {}, perSecond, (bound) => (bound <= 0.1 ? 1 - slow : 1));

/** Which windows of the alert fire at each minute. */
function check(
  t: TestContext,
  objective: Objective,
  phases: readonly Phase[],
  expected: Readonly<Record<number, readonly string[]>>,
  more: readonly unknown[] = [],
): void {
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-slo-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(
    join(folder, 'rules.yml'),
    renderRules(buildObjectiveGroups({ services: { shop: { objectives: [objective] }, other: { objectives: [objective] } } })),
  );
  const asked = Object.entries(expected).map(([minute, windows]) => ({
    expr: 'count by (burn_window) (ALERTS{alertstate="firing"})',
    eval_time: `${minute}m`,
    exp_samples: windows.map((window) => ({ labels: `{burn_window="${window}"}`, value: 1 })),
  }));
  const tests = Object.values(WAYS).map((base) => ({
    interval: '1m',
    input_series: renderSeries(phases, base),
    promql_expr_test: [...asked, ...more],
  }));
  writeFileSync(join(folder, 'test.yml'), JSON.stringify({ rule_files: ['rules.yml'], evaluation_interval: '1m', tests }));
  const { code, output } = promtool('test', 'rules', join(folder, 'test.yml'));
  assert.equal(code, 0, output);
}

test('two percent of errors are an alert at once, and none half an hour after they end', options, (t) => {
  const phases = [
    { minutes: 120, series: requests(10, 0) },
    { minutes: 60, series: requests(10, 0.05) },
    { minutes: 60, series: requests(10, 0) },
  ];
  check(t, AVAILABLE, phases, { 119: [], 179: ['1d', '1h', '3d', '6h'], 230: ['1d', '3d'] });
});

test('what burns a little faster than the budget allows is no page', options, (t) => {
  const phases = [{ minutes: 400, series: requests(10, 0.0015) }];
  check(t, AVAILABLE, phases, { 399: ['3d'] });
});

test('what stays within the budget is nothing', options, (t) => {
  check(t, AVAILABLE, [{ minutes: 400, series: requests(10, 0.0009) }], { 399: [] });
});

test('one error among a few requests is nothing', options, (t) => {
  check(t, AVAILABLE, [{ minutes: 60, series: requests(0.02, 0.5) }], { 59: [] });
});

test('without requests, and without a service, nothing fires and nothing is recorded', options, (t) => {
  const recorded = { expr: 'count({__name__=~"slo:sli_error:.*"})', eval_time: '59m', exp_samples: [] };
  check(t, AVAILABLE, [{ minutes: 60, series: requests(0, 0) }], { 59: [] }, [recorded]);
  check(t, AVAILABLE, [{ minutes: 60, series: [] }], { 59: [] }, [recorded]);
});

test('slow requests spend the budget of latency, and what is left of it is recorded', options, (t) => {
  const labels = (name: string): string => `${name}{sloth_id="shop-fast", sloth_service="shop", sloth_slo="fast"}`;
  const burn = {
    expr: 'round(slo:current_burn_rate:ratio{sloth_service="shop"}, 0.01)',
    eval_time: '399m',
    exp_samples: [{ labels: labels('').replace('{', '{sloth_window="5m", '), value: 4 }],
  };
  const left = {
    expr: 'slo:period_error_budget_remaining:ratio{sloth_service="shop"} < bool -2',
    eval_time: '399m',
    exp_samples: [{ labels: labels('').replace('{', '{sloth_window="30d", '), value: 1 }],
  };
  check(t, FAST, [{ minutes: 400, series: timed(10, 0.2) }], { 399: ['1d', '3d'] }, [burn, left]);
  check(t, FAST, [{ minutes: 400, series: timed(10, 0.04) }], { 399: [] });
});
