/**
 * Every alert before the real promtool, for a service that pushes and one that is scraped: it fires and says what, does not just
 * below its threshold, ends, and stays silent when its series are missing or end.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { ALERT_GROUPS, ALERTS } from '../../src/operations/alerts/alert-table.ts';
import { SEVERITIES, type AlertRow, type Severity } from '../../src/operations/alerts/alert-row.ts';
import { buildAlert } from '../../src/operations/alerts/build-alerts.ts';
import { buildRuleFiles, renderRules } from '../../src/operations/build-rules.ts';
import { parseDuration } from '../../src/operations/durations.ts';
import type { AlertingRule } from '../../src/operations/rules.ts';
import { renderTemplate } from './alerts/render-template.ts';
import { renderSeries, type Phase } from './alerts/series.ts';
import { WORLDS, type World } from './alerts/worlds.ts';
import { promtool } from './kit/promtool.ts';
import { skipWithout } from './kit/servers.ts';

const options = { skip: skipWithout('prometheus') };
const SETTINGS = { prices: { 'gpt-5': { input: 2.5, output: 10 } } };
const PUSHED = { job: 'shop', service_name: 'shop', deployment_environment_name: 'production', instance: 'i-1' };
const SCRAPED = { job: 'desk', instance: '10.0.0.1:9464' };
/** They have worlds of their own below, or none. */
const SPECIAL = ['FrequentRestarts', 'Watchdog'];

const folder = mkdtempSync(join(tmpdir(), 'signalbox-alerts-'));
after(() => rmSync(folder, { recursive: true, force: true }));

type Labels = Readonly<Record<string, string>>;
interface Case {
  readonly name: string;
  readonly phases: readonly Phase[];
  readonly expected: readonly { readonly minute: number; readonly firing: readonly Severity[]; readonly value: number }[];
}

for (const { alerts, name: component } of ALERT_GROUPS) {
  for (const row of alerts.filter(({ name }) => !SPECIAL.includes(name))) {
    test(`${row.name} fires, not just below, ends, and is silent without its series`, options, () => {
      const world = WORLDS[row.name];
      assert.ok(world, 'it needs a world in test/stack/alerts/worlds.ts');
      const rules = buildAlert(row, component, world.timeScale === undefined ? SETTINGS : { ...SETTINGS, timeScale: world.timeScale });
      const result = runCases(row.name, rules, casesOf(row, world, rules), world);
      assert.equal(result.code, 0, result.output);
    });
  }
}

function casesOf(row: AlertRow, world: World, rules: readonly AlertingRule[]): Case[] {
  const windowMinutes = world.windowMinutes ?? 5;
  const minutesOf = (pick: (rule: AlertingRule) => string | undefined): number =>
    Math.ceil(Math.max(...rules.map((rule) => (parseDuration(pick(rule) ?? '0s') ?? 0) / 60)));
  const calmMinutes = world.calmMinutes ?? windowMinutes + 10;
  const illMinutes = windowMinutes + minutesOf((rule) => rule.for) + 10;
  const afterMinutes = windowMinutes + minutesOf((rule) => rule.keep_firing_for) + 10;
  const calm = (minutes: number): Phase => ({ minutes, series: world.series(world.calm, false) });
  const ill = (value: number): Phase => ({ minutes: illMinutes, series: world.series(value, true) });
  const [end, last] = [calmMinutes + illMinutes - 1, calmMinutes + illMinutes + afterMinutes - 1];
  const none = (minute: number) => ({ minute, firing: [], value: 0 });
  return SEVERITIES.flatMap((severity): Case[] => {
    const threshold = row.thresholds[severity];
    if (threshold === undefined) return [];
    const beyond = threshold !== 0 && world.fires !== undefined && world.stays === 0 && row.fires !== 'below' ? threshold + 1 : undefined;
    const fires = beyond ?? world.fires ?? threshold * (row.fires === 'below' ? 0.95 : 1.05);
    const stays = (beyond === undefined ? world.stays : threshold - 1) ?? threshold * (row.fires === 'below' ? 1.05 : 0.95);
    const firing = (value: number): Severity[] => SEVERITIES.filter((each) => {
      const limit = row.thresholds[each];
      return limit !== undefined && (row.fires === 'below' ? value < limit : value > limit);
    }); // prettier-ignore
    assert.ok(firing(fires).includes(severity) && !firing(stays).includes(severity));
    return [
      {
        name: `${severity} fires and ends`,
        phases: [calm(calmMinutes), ill(fires), calm(afterMinutes)],
        expected: [none(calmMinutes - 1), { minute: end, firing: firing(fires), value: fires }, none(last)],
      },
      {
        name: `${severity} does not just below`,
        phases: [calm(calmMinutes), ill(stays)],
        expected: [{ minute: end, firing: firing(stays), value: stays }],
      },
      ...(world.firesWhenSeriesEnd === true
        ? []
        : [
            {
              name: `${severity} ends with its series`,
              phases: [calm(calmMinutes), ill(fires), { minutes: afterMinutes + windowMinutes, series: [] }],
              expected: [none(last + windowMinutes)],
            },
          ]),
    ];
  });
}

function runCases(
  name: string,
  rules: readonly AlertingRule[],
  cases: readonly Case[],
  world: World,
): { code: number | null; output: string } {
  const services: readonly Labels[] =
    world.server === undefined
      ? world.only === 'pushed'
        ? [PUSHED]
        : world.only === 'scraped'
          ? [SCRAPED]
          : [PUSHED, SCRAPED]
      : [world.server];
  const tests = cases.map(({ expected, name: caseName, phases }) => ({
    name: `${name}: ${caseName}`,
    interval: '1m',
    input_series: services.flatMap((base) => renderSeries(phases, base)),
    alert_rule_test: expected.map(({ firing, minute, value }) => ({
      eval_time: `${minute}m`,
      alertname: name,
      exp_alerts: firing.flatMap((severity) => {
        const rule = rules.find(({ labels }) => labels['severity'] === severity);
        return rule === undefined ? [] : services.map((base) => expectedAlert(rule, base, world, value));
      }),
    })),
  }));
  return runPromtool(name, renderRules([{ name: 'x', rules }]), tests);
}

function runPromtool(name: string, rules: string, tests: readonly unknown[]): { code: number | null; output: string } {
  writeFileSync(join(folder, `${name}.rules.yml`), rules);
  writeFileSync(join(folder, `${name}.test.yml`), JSON.stringify({ rule_files: [`${name}.rules.yml`], evaluation_interval: '1m', tests }));
  return promtool('test', 'rules', join(folder, `${name}.test.yml`));
}

function expectedAlert({ annotations, labels }: AlertingRule, base: Labels, world: World, value: number): unknown {
  const { instance: _, ...service } = base;
  const own: Labels = { ...(world.server === undefined ? service : {}), ...world.labels };
  const render = (table: Labels): Labels =>
    Object.fromEntries(Object.entries(table).flatMap(([key, text]) => { const rendered = renderTemplate(text, own, value); return rendered === '' ? [] : [[key, rendered]]; })); // prettier-ignore
  return { exp_labels: { ...own, ...render(labels) }, exp_annotations: render(annotations) };
}

test('every alert has a world, and no world is of none', () => {
  assert.deepEqual([...Object.keys(WORLDS), ...SPECIAL].sort(), [...ALERTS.keys()].sort());
});

test('without a single series nothing fires but the Watchdog', options, () => {
  const files = [...buildRuleFiles(SETTINGS)].map(([name, text]) => {
    writeFileSync(join(folder, name), text);
    return name;
  });
  const file = join(folder, 'empty.test.yml');
  const firing = { expr: 'count by (alertname) (ALERTS)', eval_time: '2h', exp_samples: [{ labels: '{alertname="Watchdog"}', value: 1 }] };
  writeFileSync(
    file,
    JSON.stringify({
      rule_files: files,
      evaluation_interval: '1m',
      tests: [{ interval: '1m', input_series: [], promql_expr_test: [firing] }],
    }),
  );
  const { code, output } = promtool('test', 'rules', file);
  assert.equal(code, 0, output);
});

test('FrequentRestarts counts starts of instances that keep their name and of those that do not, and a rollout is none', options, () => {
  const row = ALERTS.get('FrequentRestarts') as AlertRow;
  const rules = renderRules([{ name: 'x', rules: buildAlert(row, 'runtime', SETTINGS) }]);
  const uptime = (labels: string, values: string) => ({ series: `process_uptime_seconds{${labels}}`, values });
  const life = '0+60x4';
  const pushed = Array.from({ length: 12 }, (_, i) =>
    uptime(`job="push", service_name="push", instance="i-${i}"`, `_x${i * 5} ${life}`.replace('_x0 ', '')),
  );
  const rollout = ['a', 'b', 'c'].flatMap((name) => [
    uptime(`job="rollout", service_name="rollout", instance="old-${name}"`, '9000+60x40'),
    uptime(`job="rollout", service_name="rollout", instance="new-${name}"`, '_x40 0+60x30'),
  ]);
  const scraped = uptime('job="scraped", instance="10.0.0.1:9464"', Array.from({ length: 12 }, () => life).join(' '));
  const counts = (job: string, eval_time: string, value?: number) => ({ expr: `count(ALERTS{job="${job}", alertstate="firing"})`, eval_time, exp_samples: value === undefined ? [] : [{ labels: '{}', value }] }); // prettier-ignore
  const { code, output } = runPromtool('FrequentRestarts', rules, [
    {
      interval: '1m',
      input_series: [...pushed, ...rollout, scraped],
      promql_expr_test: [
        counts('push', '55m', 1),
        counts('scraped', '55m', 1),
        counts('rollout', '50m'),
        counts('rollout', '60m'),
        counts('push', '130m'),
        counts('scraped', '130m'),
      ],
    },
  ]);
  assert.equal(code, 0, output);
});
