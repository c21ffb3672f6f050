import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { lintDashboard } from './lint-dashboard.ts';
import { SHOWN, type ShownDashboard } from './shown-dashboard.ts';

describe("Grafana's rules for dashboards", () => {
  for (const [file, shown] of SHOWN) it(`find nothing in ${file}`, () => assert.deepEqual(lintDashboard(shown), []));

  type Loose = { -readonly [Key in keyof ShownDashboard]: any }; // eslint-disable-line typescript/no-explicit-any
  const broken: Readonly<Record<string, (shown: Loose) => void>> = {
    'template-datasource-rule': ({ templating }) => (templating.list[0].label = 'Metrics'),
    'template-job-rule': ({ templating }) => (templating.list = templating.list.filter(({ name }: { name: string }) => name !== 'service')),
    'template-label-promql-rule': ({ templating }) => (templating.list.at(-1).query.query = 'label_values(no_such_metric, job)'),
    'template-on-time-change-reload-rule': ({ templating }) => (templating.list.at(-1).refresh = 1),
    'panel-datasource-rule': ({ panels }) => (panels[1].targets[0].datasource.uid = 'prometheus'),
    'panel-title-description-rule': ({ panels }) => (panels[1].description = ''),
    'panel-units-rule': ({ panels }) => (panels[1].fieldConfig.defaults.unit = 'requests'),
    'panel-no-targets-rule': ({ panels }) => (panels[1].targets = []),
    'target-promql-rule': ({ panels }) => (panels[1].targets[0].expr = 'sum(process_uptime_seconds{job=~"$service"}'),
    'target-rate-interval-rule': ({ panels }) =>
      (panels[1].targets[0].expr = 'rate(http_server_request_duration_seconds_count{job=~"$service"}[5m])'),
    'target-job-rule': ({ panels }) => (panels[1].targets[0].expr = 'max(process_uptime_seconds{instance="a"})'),
    'target-logql-rule': ({ panels }) => (panels.at(-1).targets[0].expr = '{service_name="$service"'),
    'target-logql-auto-rule': ({ panels }) => (panels.at(-1).targets[0].expr = 'rate({service_name="$service"}[5m])'),
    'uneditable-dashboard': (shown) => (shown.editable = true),
  };
  for (const [rule, breakIt] of Object.entries(broken))
    it(`find what breaks ${rule}`, () => {
      const shown = structuredClone(SHOWN.find(([file]) => file === 'signalbox-service.json')?.[1]) as Loose;
      breakIt(shown);
      assert.ok(lintDashboard(shown).some((fault) => fault.startsWith(`${rule}: `)));
    });
});
