import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AlertingRule, RecordingRule } from '../../../src/operations/rules.ts';
import { buildObjectiveGroups, errorBudget } from '../../../src/operations/slo/build-objectives.ts';
import type { Objective } from '../../../src/operations/slo/objective.ts';
import { readSloth } from '../../../src/operations/slo/read-sloth.ts';

function rulesOf(objective: Objective): { recorded: RecordingRule[]; alerts: AlertingRule[] } {
  const rules = buildObjectiveGroups({ services: { shop: { objectives: [objective] } } }).flatMap((group) => group.rules);
  return { recorded: rules.filter((rule) => 'record' in rule), alerts: rules.filter((rule) => 'alert' in rule) };
}

const AVAILABLE: Objective = { name: 'available', type: 'availability', objective: 99.9 };

describe('an objective', () => {
  it("is recorded with Sloth's names and labels", () => {
    const { recorded } = rulesOf(AVAILABLE);
    assert.deepEqual(
      recorded.map(({ record }) => record),
      [
        ...['5m', '30m', '1h', '2h', '6h', '1d', '3d', '30d'].map((window) => `slo:sli_error:ratio_rate${window}`),
        'slo:objective:ratio',
        'slo:error_budget:ratio',
        'slo:time_period:days',
        'slo:current_burn_rate:ratio',
        'slo:period_burn_rate:ratio',
        'slo:period_error_budget_remaining:ratio',
        'sloth_slo_info',
      ],
    );
    for (const { labels = {} } of recorded)
      assert.deepEqual([labels['sloth_id'], labels['sloth_service'], labels['sloth_slo']], ['shop-available', 'shop', 'available']);
  });

  it('has four alerts by how fast the budget burns', () => {
    assert.deepEqual(
      rulesOf(AVAILABLE).alerts.map(({ expr, labels }) => [
        labels['severity'],
        labels['burn_window'],
        /\((.+?) \* 0\.001\)/.exec(expr)?.[1],
      ]),
      [
        ['critical', '1h', '14.4'],
        ['critical', '6h', '6'],
        ['warning', '1d', '3'],
        ['warning', '3d', '1'],
      ],
    );
  });

  it('counts a bucket of latency by both ways in which Prometheus writes its bound', () => {
    const [first] = rulesOf({ name: 'fast', type: 'latency', objective: 95, thresholdSeconds: 1 }).recorded;
    assert.match(first?.expr ?? '', /le=~"1\|1\\\\\.0"/);
    const [other] = rulesOf({ name: 'fast', type: 'latency', objective: 95, thresholdSeconds: 0.1 }).recorded;
    assert.match(other?.expr ?? '', /le="0\.1"/);
  });

  it('has a budget without the noise of binary fractions', () => {
    assert.equal(errorBudget(99.9), 0.001);
    assert.equal(errorBudget(99.99), 0.0001);
    assert.equal(errorBudget(95), 0.05);
  });
});

describe("a file in Sloth's format", () => {
  it('becomes objectives, with its queries, labels and alerts', () => {
    const { objectives, service } = readSloth(`
version: "prometheus/v1"
service: "pay"
labels: { owner: "team-a" }
slos:
  - name: "requests-availability"
    objective: 99.9
    description: "d"
    labels: { category: availability }
    sli:
      events:
        error_query: sum(rate(http_request_duration_seconds_count{job="pay",code=~"(5..|429)"}[{{.window}}]))
        total_query: sum(rate(http_request_duration_seconds_count{job="pay"}[{{ .window }}]))
    alerting:
      name: PayHighErrorRate
      labels: { routing_key: pay }
      page_alert: { labels: { severity: page } }
      ticket_alert: { disable: true }
  - name: "raw"
    objective: 99
    sli: { raw: { error_ratio_query: "sum(rate(bad[{{.window}}])) / sum(rate(all[{{.window}}]))" } }
`);
    const groups = buildObjectiveGroups({ services: { [service]: { objectives } } });
    const rules = groups.flatMap((group) => group.rules);
    const [first] = rules as RecordingRule[];
    assert.match(first?.expr ?? '', /code=~"\(5\.\.\|429\)"\}\[5m\]\)\)\)\n\/\n\(sum\(rate\(.*\[5m\]/);
    assert.equal(first?.labels?.['owner'], 'team-a');
    const alerts = rules.filter((rule) => 'alert' in rule).filter(({ labels }) => labels['sloth_slo'] === 'requests-availability');
    assert.deepEqual(
      alerts.map(({ alert, labels }) => [alert, labels['severity'], labels['routing_key']]),
      [
        ['PayHighErrorRate', 'page', 'pay'],
        ['PayHighErrorRate', 'page', 'pay'],
      ],
    );
  });

  it('is refused when it needs a plugin, or is another format', () => {
    assert.throws(
      () => readSloth('version: prometheus/v1\nservice: x\nslos: [{ name: a, objective: 9, sli: { plugin: { id: y } } }]'),
      /uses a plugin/,
    );
    assert.throws(() => readSloth('apiVersion: openslo/v1'), /version must be/);
    assert.throws(() => readSloth(''), /version must be/);
  });
});
