import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { METRICS } from '../../../src/names/metrics/catalogue.ts';
import type { MetricRow } from '../../../src/names/metrics/metric-row.ts';
import { prometheusName } from '../../../src/names/prometheus-name.ts';
import { ALERTS } from '../../../src/operations/alerts/alert-table.ts';
import { buildRuleFiles } from '../../../src/operations/build-rules.ts';
import { DASHBOARDS } from '../../../src/operations/dashboards/dashboard-table.ts';
import { lintExpression } from './promql/lint.ts';

interface Target {
  readonly refId: string;
  readonly expr: string;
  readonly legendFormat?: string;
  readonly exemplar?: boolean;
  readonly datasource?: { readonly type: string; readonly uid: string };
}
interface ShownPanel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly datasource?: { readonly type: string; readonly uid: string };
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly fieldConfig?: {
    readonly defaults: {
      readonly unit?: string;
      readonly thresholds?: { readonly steps: readonly { value: number | null; color: string }[] };
    };
  };
  readonly links?: readonly { readonly title: string; readonly url: string }[];
  readonly targets?: readonly Target[];
}
interface Variable {
  readonly name: string;
  readonly type: string;
  readonly refresh?: number;
  readonly query: string | { readonly query: string };
}
interface Shown {
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  readonly editable: boolean;
  readonly panels: readonly ShownPanel[];
  readonly templating: { readonly list: readonly Variable[] };
  readonly annotations: {
    readonly list: readonly { readonly name: string; readonly expr: string; readonly datasource: { readonly uid: string } }[];
  };
  readonly links: readonly { readonly type: string; readonly url?: string }[];
}

const FOLDER = new URL('../../../grafana/dashboards/', import.meta.url);
const FILES = readdirSync(FOLDER).map((file) => [file, JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8')) as Shown] as const);

/** No alert and no person looks at them in a dashboard; why is said. */
const NOT_SHOWN: Readonly<Record<string, string>> = {};

const chosen = (expression: string): string =>
  expression.replaceAll('$__rate_interval', '4m').replaceAll(/\$(service|environment|route)\b/g, 'x');
const dataPanels = ({ panels }: Shown): ShownPanel[] => panels.filter(({ type }) => type !== 'row');
const isOfMetrics = ({ type }: ShownPanel): boolean => type !== 'logs';
const targetsOf = (panel: ShownPanel): readonly Target[] => panel.targets ?? [];

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
        for (const name of ['datasource', 'environment', 'service'])
          assert.ok(
            list.some((variable) => variable.name === name),
            name,
          );
        for (const { type, refresh, name } of list) assert.ok(type !== 'query' || refresh === 2, name);
      });

      it('asks the data source that is chosen, everywhere', () => {
        const metrics = dataPanels(shown).filter(isOfMetrics);
        const logs = dataPanels(shown).filter((panel) => !isOfMetrics(panel));
        const uids = (panels: readonly ShownPanel[]): string[] => [
          ...new Set(
            panels.flatMap((panel) => [
              panel.datasource?.uid ?? '',
              ...targetsOf(panel).map(({ datasource }) => datasource?.uid ?? panel.datasource?.uid ?? ''),
            ]),
          ),
        ];
        assert.deepEqual(uids(metrics), ['${datasource}']);
        if (logs.length > 0) assert.deepEqual(uids(logs), ['${loki}']);
        for (const { datasource } of shown.annotations.list) assert.equal(datasource.uid, '${datasource}');
      });

      it('has panels that say what they show, in which unit, and that ask for something', () => {
        for (const panel of dataPanels(shown)) {
          assert.ok(panel.title.length > 0);
          assert.match(panel.description ?? '', /\.$|\)\.?$/, panel.title);
          assert.ok(targetsOf(panel).length > 0, panel.title);
          assert.equal(new Set(targetsOf(panel).map(({ refId }) => refId)).size, targetsOf(panel).length, panel.title);
          if (!isOfMetrics(panel)) continue;
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
          ...dataPanels(shown)
            .filter(isOfMetrics)
            .flatMap((panel) => targetsOf(panel).map(({ expr }) => [panel.title, expr] as const)),
          ...shown.annotations.list.map(({ name, expr }) => [name, expr] as const),
        ];
        const faults = asked.flatMap(([title, expr]) => lintExpression(chosen(expr)).map((fault) => `${title}: ${fault}`));
        assert.deepEqual(faults, []);
        for (const [title, expr] of asked)
          for (const [, window] of expr.matchAll(/\brate\([^[]*\[([^\]]+)\]/g))
            assert.ok(window === '$__rate_interval' || /30m|15m/.test(window ?? ''), `${title}: rate over ${window}`);
      });

      it('asks for the service and the environment that are chosen, in every selector of a service', () => {
        for (const panel of dataPanels(shown).filter(isOfMetrics))
          for (const { expr } of targetsOf(panel))
            for (const [selector = ''] of expr.matchAll(/\b[a-z_:0-9]+\{[^}]*\}/gi))
              assert.match(selector, /\$service|job="(otel-collector|prometheus|alertmanager)"/, `${panel.title}: ${selector}`);
      });

      it('names series by labels that they have', () => {
        for (const panel of dataPanels(shown).filter(isOfMetrics))
          for (const { expr, legendFormat = '' } of targetsOf(panel)) {
            const kept = new Set([...expr.matchAll(/ by \(([^)]*)\)/g)].flatMap(([, labels = '']) => labels.split(', ')));
            const hasNone = kept.size === 0;
            for (const [, label = ''] of legendFormat.matchAll(/\{\{(\w+)\}\}/g))
              assert.ok(hasNone || kept.has(label) || MADE.has(label), `${panel.title}: ${label} is not among ${[...kept].join()}`);
          }
      });

      it('draws the thresholds of the alert that watches the same, and links its runbook', () => {
        for (const panel of dataPanels(shown).filter(isOfMetrics)) {
          const named = [...(panel.description ?? '').matchAll(/Alert (\w+):/g)].map(([, name = '']) => name);
          assert.deepEqual(
            (panel.links ?? []).map(({ title }) => title),
            named.map((name) => `Runbook: ${name}`),
          );
          for (const { url } of panel.links ?? []) assert.match(url, /\/docs\/runbooks\/\w+\.md$/);
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

  it('show what each alert of a service watches, in the dashboard that it opens', () => {
    const missing = [...ALERTS.values()].filter(({ dashboard, name, scope }) => {
      const shown = FILES.find(([file]) => file === `signalbox-${dashboard}.json`)?.[1];
      return scope !== 'server' && shown?.panels.every(({ description = '' }) => !description.includes(`Alert ${name}:`));
    });
    assert.deepEqual(
      missing.map(({ name }) => name),
      [],
    );
  });

  it('open traces from histograms that are recorded within spans', () => {
    const quantiles = FILES.flatMap(([, shown]) => dataPanels(shown).flatMap(targetsOf)).filter(({ exemplar }) => exemplar === true);
    assert.ok(quantiles.length > 20);
  });

  it('or rules show every metric of the catalogue', () => {
    const texts = [
      ...FILES.flatMap(([, shown]) =>
        dataPanels(shown)
          .flatMap(targetsOf)
          .map(({ expr }) => expr),
      ),
      ...buildRuleFiles().values(),
    ].join('\n');
    const isNamed = (row: MetricRow): boolean => new RegExp(`\\b${prometheusName(row)}(_bucket|_count|_sum)?\\b`).test(texts);
    const unseen = [...METRICS.values()].filter((row) => !isNamed(row)).map(({ name }) => name);
    assert.deepEqual(unseen.sort(), Object.keys(NOT_SHOWN).sort());
  });
});

/** Labels that an expression makes itself, or that every series of a recording rule has. */
const MADE = new Set(['signal', 'metric']);
