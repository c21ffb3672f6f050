import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { METRICS } from '../../../src/names/metrics/catalogue.ts';
import type { MetricRow } from '../../../src/names/metrics/metric-row.ts';
import { prometheusName } from '../../../src/names/prometheus-name.ts';
import { ALERTS } from '../../../src/operations/alerts/alert-table.ts';
import { buildRuleFiles } from '../../../src/operations/build-rules.ts';
import { DASHBOARDS } from '../../../src/operations/dashboards/dashboard-table.ts';
import {
  chosen,
  dataPanels,
  expressionsOf,
  panelsOf,
  SHOWN as FILES,
  type ShownDashboard,
  type ShownPanel,
  type Target,
} from './dashboards/shown-dashboard.ts';
import { lintExpression } from './promql/lint.ts';

/** No alert and no person looks at them in a dashboard; why is said. */
const NOT_SHOWN: Readonly<Record<string, string>> = {
  'signalbox.alert.handler.duration': 'few run in a day: each is a trace and a log record, which lead further',
};
/** Alerts that no panel names. */
const ALERTS_NOT_SHOWN: Readonly<Record<string, string>> = {
  HostCpuHigh: 'node_exporter is not in the stack, and has dashboards of its own',
  HostDiskAlmostFull: 'as HostCpuHigh',
  HostMemoryHigh: 'as HostCpuHigh',
  RedisMemoryHigh: 'redis_exporter is not in the stack, and has dashboards of its own',
  Watchdog: 'it fires always: the table of alerts has it',
};

const targetsOf = (panel: ShownPanel): readonly Target[] => panel.targets ?? [];
const metricPanels = (shown: ShownDashboard): ShownPanel[] => panelsOf(shown, 'prometheus');

describe('the dashboards', () => {
  it('are those of the table', () => {
    assert.deepEqual(FILES.map(([file]) => file).sort(), DASHBOARDS.map(({ name }) => `signalbox-${name}.json`).sort());
  });

  it('stand in docs/dashboards.md, each by its title', () => {
    const page = readFileSync(new URL('../../../docs/dashboards.md', import.meta.url), 'utf8');
    for (const { name, title } of DASHBOARDS) assert.ok(page.includes(`[${title}](../grafana/dashboards/signalbox-${name}.json)`), title);
  });

  it('are those that alerts open', () => {
    const names = new Set(DASHBOARDS.map(({ name }) => name));
    assert.deepEqual(
      [...ALERTS.values()].filter(({ dashboard }) => !names.has(dashboard)).map(({ name }) => name),
      [],
    );
  });

  for (const [file, shown] of FILES)
    describe(file, () => {
      it('has its name for address, says what it shows, and is changed in its table only', () => {
        assert.equal(`${shown.uid}.json`, file);
        assert.match(shown.title, /^signalbox \/ \S/);
        assert.match(shown.description, /\.$/);
        assert.equal(shown.editable, false);
      });

      it('lets choose the data source, the environment and the service, which are read anew with the time range', () => {
        const { list } = shown.templating;
        for (const name of ['prometheus_datasource', 'loki_datasource', 'jaeger_datasource', 'environment', 'service'])
          assert.ok(
            list.some((variable) => variable.name === name),
            name,
          );
        for (const { type, refresh, name } of list) assert.ok(type !== 'query' || refresh === 2, name);
      });

      it('marks what the data source that is chosen knows', () => {
        for (const { datasource } of shown.annotations.list) assert.equal(datasource.uid, '${prometheus_datasource}');
      });

      it('has panels that say what they show, in which unit, and that ask for something', () => {
        for (const panel of dataPanels(shown)) {
          assert.ok(panel.title.length > 0);
          assert.match(panel.description ?? '', /\.$|\)\.?$/, panel.title);
          assert.ok(targetsOf(panel).length > 0, panel.title);
          assert.equal(new Set(targetsOf(panel).map(({ refId }) => refId)).size, targetsOf(panel).length, panel.title);
          if (panel.datasource?.type !== 'prometheus') continue;
          assert.ok(panel.fieldConfig?.defaults.unit, panel.title);
          for (const { legendFormat } of targetsOf(panel)) assert.ok(legendFormat, panel.title);
        }
      });

      it('has panels that lie beside each other, on the grid', () => {
        const taken = new Map<string, string>();
        assert.equal(new Set(shown.panels.map(({ id }) => id)).size, shown.panels.length);
        for (const { title, gridPos } of shown.panels) {
          assert.ok(gridPos.x + gridPos.w <= 24, title);
          for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++)
            for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
              assert.equal(taken.get(`${x},${y}`), undefined, `${title} lies on another panel`);
              taken.set(`${x},${y}`, title);
            }
        }
      });

      it('asks for what there is, over windows that fit', () => {
        const asked = [
          ...metricPanels(shown).flatMap((panel) => expressionsOf(panel).map((expr) => [panel.title, expr] as const)),
          ...shown.annotations.list.map(({ name, expr }) => [name, expr] as const),
        ];
        const faults = asked.flatMap(([title, expr]) => lintExpression(chosen(expr)).map((fault) => `${title}: ${fault}`));
        assert.deepEqual(faults, []);
      });

      it('asks for the environment that is chosen wherever it asks for the service, but of objectives, which have none', () => {
        for (const panel of metricPanels(shown))
          for (const expr of expressionsOf(panel))
            for (const [selector = ''] of expr.matchAll(/\b[a-z_:0-9]+\{[^}]*\$service[^}]*\}/gi))
              assert.match(selector, /\$environment|^slo:/, `${panel.title}: ${selector}`);
      });

      it('names series by labels that they have', () => {
        for (const panel of metricPanels(shown))
          for (const { expr = '', legendFormat = '' } of targetsOf(panel)) {
            const kept = new Set([...expr.matchAll(/ by \(([^)]*)\)/g)].flatMap(([, labels = '']) => labels.split(', ')));
            const hasNone = kept.size === 0;
            for (const [, label = ''] of legendFormat.matchAll(/\{\{(\w+)\}\}/g))
              assert.ok(hasNone || kept.has(label) || MADE.has(label), `${panel.title}: ${label} is not among ${[...kept].join()}`);
          }
      });

      it('draws the thresholds of the alert that watches the same, and links its runbook', () => {
        for (const panel of metricPanels(shown)) {
          const named = [...(panel.description ?? '').matchAll(/Alert (\w+):/g)].map(([, name = '']) => name);
          assert.deepEqual(
            (panel.links ?? []).map(({ title }) => title),
            named.map((name) => `Runbook: ${name}`),
          );
          for (const { url = '' } of panel.links ?? []) {
            assert.match(url, /\/docs\/runbooks\/\w+\.md$/);
            const page = new URL(`../../../docs/runbooks/${url.split('/').at(-1)}`, import.meta.url);
            assert.ok(existsSync(page), url);
          }
          if (named.length === 0) continue;
          const [first = ''] = named;
          const drawn = (panel.fieldConfig?.defaults.thresholds?.steps ?? []).map(({ value }) => value).filter((value) => value !== null);
          assert.deepEqual(
            drawn,
            Object.values(ALERTS.get(first)?.thresholds ?? {}).sort((a, b) => a - b),
            panel.title,
          );
        }
      });

      it('shows when alerts fired and when a version came', () => {
        assert.deepEqual(
          shown.annotations.list.map(({ name }) => name),
          ['Alerts', 'Deployments'],
        );
      });
    });

  it('show what each alert watches, in the dashboard that it opens', () => {
    const missing = [...ALERTS.values()].filter(({ dashboard, name }) => {
      const shown = FILES.find(([file]) => file === `signalbox-${dashboard}.json`)?.[1];
      return shown?.panels.every(({ description = '' }) => !description.includes(`Alert ${name}:`));
    });
    assert.deepEqual(missing.map(({ name }) => name).sort(), Object.keys(ALERTS_NOT_SHOWN).sort());
  });

  it('open traces from every line that is drawn from a histogram', () => {
    const drawn = FILES.flatMap(([, shown]) =>
      metricPanels(shown)
        .filter(({ type }) => type === 'timeseries')
        .flatMap(targetsOf),
    );
    const buckets = drawn.filter(({ expr = '' }) => expr.includes('_bucket'));
    assert.ok(buckets.length > 20);
    for (const { exemplar, expr } of buckets) assert.equal(exemplar, true, expr);
  });

  it('show what is below 0: nothing cuts it off', () => {
    for (const [, shown] of FILES)
      for (const panel of metricPanels(shown)) assert.equal(panel.fieldConfig?.defaults.min, undefined, panel.title);
  });

  it('or rules show every metric of the catalogue', () => {
    const texts = [...FILES.flatMap(([, shown]) => metricPanels(shown).flatMap(expressionsOf)), ...buildRuleFiles().values()].join('\n');
    const isNamed = (row: MetricRow): boolean => new RegExp(`\\b${prometheusName(row)}(_bucket|_count|_sum)?\\b`).test(texts);
    const unseen = [...METRICS.values()].filter((row) => !isNamed(row)).map(({ name }) => name);
    assert.deepEqual(unseen.sort(), Object.keys(NOT_SHOWN).sort());
  });
});

/** Labels that an expression makes itself, or that every series of a recording rule has. */
const MADE = new Set(['signal', 'metric']);
