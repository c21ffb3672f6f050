import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ALERT_GROUPS, ALERTS } from '../../../src/operations/alerts/alert-table.ts';
import { buildAlert } from '../../../src/operations/alerts/build-alerts.ts';
import { buildRuleFiles } from '../../../src/operations/build-rules.ts';
import { PRESETS } from '../../../src/operations/alerts/presets.ts';
import { checkSettings } from '../../../src/operations/check-settings.ts';
import type { AlertingRule } from '../../../src/operations/rules.ts';
import type { OperationsSettings } from '../../../src/operations/settings.ts';

function rulesOf(name: string, settings: OperationsSettings = {}): AlertingRule[] {
  const row = ALERTS.get(name);
  assert.ok(row, name);
  assert.deepEqual(checkSettings(settings), []);
  return buildAlert(row, 'x', settings);
}

const limits = (rules: readonly AlertingRule[]): string[] =>
  rules.map(({ expr, labels }) => `${labels['severity']} ${/[<>] (?:[\d.]+)(?=\n|$)/.exec(expr)?.[0]}`);

describe('the table of alerts', () => {
  it('has at least 40, each once', () => {
    const names = ALERT_GROUPS.flatMap(({ alerts }) => alerts.map(({ name }) => name));
    assert.equal(new Set(names).size, names.length);
    assert.ok(names.length >= 40, String(names.length));
  });

  it('names nothing in a text that is no label, no setting and no value of the alert', () => {
    for (const row of ALERTS.values()) {
      const known = new Set(['service', 'value', 'threshold', 'window', 'job', ...row.labels, ...Object.keys(row.settings ?? {})]);
      for (const [, name] of `${row.summary} ${row.description}`.matchAll(/\{(\w+)\}/g))
        assert.ok(known.has(name as string), `${row.name}: {${name}}`);
    }
  });

  it('has a line of at most 120 characters and three queries for each', () => {
    for (const { name, runbook, summary } of ALERTS.values()) {
      assert.ok(summary.length <= 120 && !summary.includes('\n'), name);
      assert.equal(runbook.look.length, 3, name);
      assert.ok(runbook.mitigate.length > 0, name);
    }
  });
});

describe('the rules of an alert', () => {
  it('have the thresholds of the table, one rule for each severity', () => {
    assert.deepEqual(limits(rulesOf('HighErrorRate')), ['critical > 0.01']);
    assert.deepEqual(limits(rulesOf('HighLatency')), ['critical > 5', 'warning > 2']);
    assert.deepEqual(limits(rulesOf('CpuHigh')), ['critical > 0.8', 'warning > 0.6']);
    assert.deepEqual(limits(rulesOf('MemoryHigh')), ['critical > 0.8', 'warning > 0.6']);
    assert.deepEqual(limits(rulesOf('HighClientErrorRate')), ['warning > 0.05']);
    assert.deepEqual(limits(rulesOf('CacheMissRateHigh')), ['warning > 0.5']);
    assert.deepEqual(limits(rulesOf('QueueDepthHigh')), ['critical > 100000', 'warning > 10000']);
    assert.deepEqual(limits(rulesOf('DownloadSlow')), ['warning < 1000000']);
  });

  it('follow a preset, and what is set wins over it', () => {
    assert.deepEqual(limits(rulesOf('HighErrorRate', { preset: 'agent' })), ['critical > 0.05']);
    assert.deepEqual(limits(rulesOf('HighErrorRate', { preset: 'agent', alerts: { HighErrorRate: { critical: 0.1, warning: 0.02 } } })), [
      'critical > 0.1',
      'warning > 0.02',
    ]);
    assert.deepEqual(limits(rulesOf('MemoryHigh', { preset: 'downloads' })), ['critical > 0.85']);
  });

  it('are none for what is switched off, and fewer for a severity that is taken away', () => {
    assert.deepEqual(rulesOf('HighLatency', { alerts: { HighLatency: false } }), []);
    assert.deepEqual(limits(rulesOf('HighLatency', { alerts: { HighLatency: { critical: null } } })), ['warning > 2']);
  });

  it('are apart for a service with settings of its own, by OTLP and by scrape, and the others leave it out', () => {
    const settings = { services: { 'shop+api': { alerts: { HighErrorRate: { critical: 0.2 } } } } };
    const [others, own, ...more] = rulesOf('HighErrorRate', settings);
    assert.deepEqual(more, []);
    assert.match(others?.expr ?? '', /service_name!="shop\+api", job!~"\(\.\+\/\)\?\(shop\\\\\+api\)"/);
    assert.match(own?.expr ?? '', /service_name="shop\+api"[^]*> 0\.2/);
    assert.match(own?.expr ?? '', /service_name="", job=~"\(\.\+\/\)\?\(shop\\\\\+api\)"[^]*> 0\.2/);
    assert.equal(rulesOf('HighLatency', settings).length, 2, 'an alert that is not set stays as it is');
  });

  it('are apart for a route with settings of its own', () => {
    const settings = { routes: { '/export/:id': { RouteLatencyHigh: { warning: 60 } } } };
    const rules = rulesOf('RouteLatencyHigh', settings);
    assert.deepEqual(limits(rules), ['warning > 5', 'warning > 60']);
    assert.match(rules[0]?.expr ?? '', /http_route!~"\/export\/:id"/);
    assert.match(rules[1]?.expr ?? '', /http_route="\/export\/:id"/);
  });

  it('can be switched off for one service and on for one route of it', () => {
    const settings = {
      services: { shop: { alerts: { RouteErrorRate: false as const }, routes: { '/pay': { RouteErrorRate: { critical: 0.01 } } } } },
    };
    const rules = rulesOf('RouteErrorRate', settings);
    assert.equal(rules.filter(({ expr }) => expr.includes('http_route="/pay"')).length, 2);
    assert.equal(rules.filter(({ expr }) => expr.includes('service_name="shop"') && !expr.includes('http_route="/pay"')).length, 0);
  });

  it('wait and look back longer where samples come seldom', () => {
    const [rule] = rulesOf('HighErrorRate', { exportIntervalSeconds: 300 });
    assert.match(rule?.expr ?? '', /\[20m\]/);
    assert.equal(rule?.for, '10m');
    const [quick] = rulesOf('HighErrorRate', { exportIntervalSeconds: 1, timeScale: 0.01 });
    assert.match(quick?.expr ?? '', /\[4s\]/);
    assert.equal(quick?.for, '2s');
  });

  it('ask for the price of each model, and are none without prices', () => {
    assert.deepEqual(rulesOf('AiCostHigh'), []);
    const [rule] = rulesOf('AiCostHigh', { prices: { 'gpt-5': { input: 2.5, output: 10 } } });
    assert.match(rule?.expr ?? '', /gen_ai_request_model="gpt-5", gen_ai_token_type="output"\}\[1h\]\) \* 0\.00001/);
  });
});

describe('the files of rules', () => {
  it('link below an address, whether or not a slash ends it', () => {
    const links = (end: string): object => ({
      grafana: `https://a.example/grafana${end}`,
      jaeger: `https://b.example${end}`,
      runbooks: `https://c.example/r${end}`,
    });
    const services = { shop: { objectives: [{ name: 'a', type: 'availability', objective: 99 } as const] } };
    assert.deepEqual(buildRuleFiles({ links: links('/'), services }), buildRuleFiles({ links: links(''), services }));
  });

  it('say what each alert of every service needs: a severity, texts and links', () => {
    const text = [...buildRuleFiles().values()].join('');
    for (const name of ALERTS.keys()) if (name !== 'AiCostHigh') assert.match(text, new RegExp(`alert: ${name}\\n`));
    assert.doesNotMatch(text, /undefined|NaN|\[object/);
  });
});

describe('settings that are wrong', () => {
  const said = (settings: unknown): string[] => checkSettings(settings);
  it('are named, with what they must be', () => {
    assert.deepEqual(said({ alerts: { HighErorRate: {} } }), ['alerts: there is no alert "HighErorRate"; docs/alerts.md names all.']);
    assert.deepEqual(said({ preset: 'x' }), ['preset must be web, agent, downloads, got "x".']);
    assert.deepEqual(said({ alerts: { HighErrorRate: { critical: '1%' } } }), [
      'alerts.HighErrorRate.critical must be a number or null, got "1%".',
    ]);
    assert.deepEqual(said({ alerts: { HighErrorRate: { for: '5 minutes' } } }), [
      'alerts.HighErrorRate.for must be a time as Prometheus writes it ("90s", "5m"), got "5 minutes".',
    ]);
    assert.deepEqual(said({ services: { shop: { routes: { '/': { CpuHigh: {} } } } } }), [
      'services["shop"].routes["/"]: CpuHigh is no alert by route.',
    ]);
    assert.deepEqual(said({ services: { shop: { alerts: { CollectorDown: false } } } }), [
      'services["shop"].alerts: CollectorDown is of no service; set it under alerts.',
    ]);
    assert.match(said({ alert: {} })[0] ?? '', /^alert is no setting; there are preset, /);
    assert.match(said({ exportIntervalSeconds: 0 })[0] ?? '', /must be a number above 0, 3600 at most, got 0/);
    assert.match(said({ timeScale: 1e9 })[0] ?? '', /^timeScale must be a number above 0, 10 at most, got 1000000000/);
    for (const jaeger of ['localhost:16686', 'javascript:alert(1)', 'https://u:p@jaeger.example', ''])
      assert.match(said({ links: { jaeger } })[0] ?? '', /^links\.jaeger must be an address/);
    assert.deepEqual(said({ services: { '': {} } }), ['services has an entry without a name.']);
    assert.deepEqual(said({ routes: { '': {} } }), ['routes has an entry without a name.']);
  });

  it('include thresholds with which an alert would never fire, or never end', () => {
    const ofRate = (critical: number): string[] => said({ alerts: { HighErrorRate: { critical } } });
    assert.deepEqual(ofRate(5), ['alerts.HighErrorRate.critical must be a share below 1 (0.05 is 5 %), got 5: it would never fire.']);
    assert.deepEqual(ofRate(-0.1), ['alerts.HighErrorRate.critical must be a number from 0, got -0.1: it would fire always.']);
    assert.deepEqual(ofRate(0), []);
    const ofTraffic = (warning: number): string[] => said({ alerts: { TrafficDrop: { warning } } });
    assert.deepEqual(ofTraffic(40), [
      'alerts.TrafficDrop.warning must be a share of at most 1 (0.05 is 5 %), got 40: it would fire always.',
    ]);
    assert.deepEqual(ofTraffic(0), ['alerts.TrafficDrop.warning must be a number above 0, got 0: it would never fire.']);
    assert.deepEqual(ofTraffic(0.5), []);
    assert.deepEqual(said({ alerts: { HighLatency: { critical: 30 } } }), []);
    assert.deepEqual(said({ alerts: { HighLatency: { minRequests: -1 } } }), [
      'alerts.HighLatency.minRequests must be a number from 0, got -1.',
    ]);
  });

  it('let every default and preset through', () => {
    for (const [name, row] of ALERTS) {
      const own = Object.fromEntries(Object.entries(row.settings ?? {}).map(([key, { value }]) => [key, value]));
      assert.deepEqual(said({ alerts: { [name]: { ...row.thresholds, ...own } } }), [], name);
    }
    for (const alerts of Object.values(PRESETS)) assert.deepEqual(said({ alerts }), []);
  });

  it('include a limit of latency for which there is no bucket', () => {
    const objectives = [{ name: 'fast', type: 'latency', objective: 95, thresholdSeconds: 0.2 }];
    assert.match(
      said({ services: { shop: { objectives } } })[0] ?? '',
      /thresholdSeconds must be a bound of a bucket \(0\.005, .*got 0\.2/,
    );
  });

  it('include settings of an objective that there are none of, and queries that are no PromQL', () => {
    const events = (errorQuery: unknown): string[] =>
      said({
        services: {
          shop: { objectives: [{ name: 'a', type: 'events', objective: 99, errorQuery, totalQuery: 'sum(rate(y[{{ .window }}]))' }] },
        },
      });
    const must = (query: string, fault: string): void =>
      assert.deepEqual(events(query), [`services["shop"].objectives[0].errorQuery must be PromQL ${fault}, got ${JSON.stringify(query)}.`]);
    must('sum(rate(x[5m]))', 'with {{.window}} for the window');
    must('sum(rate(x[{{.window}}])', 'whose brackets are closed');
    must('sum(rate(x[{{.window}})])', 'whose brackets are closed');
    must('sum(rate(x{a="b}[{{.window}}]))', 'whose quotes are closed');
    must('sum(rate(x{a="{{.service}}", b={{.service}}}[{{.window}}]))', 'without a template but {{.window}}');
    assert.deepEqual(events('sum(rate(x{a="(\\"[", b=~\'{\', c!=`\\`}[{{.window}}])) # all ('), []);
    const [fault] = said({ services: { shop: { objectives: [{ name: 'a', type: 'latency', objective: 99, thresholdSecond: 1 }] } } });
    assert.match(fault ?? '', /^services\["shop"\]\.objectives\[0\]\.thresholdSecond is no setting; there are name, type/);
  });

  it('include objectives of two services that would be counted as one', () => {
    const objective = (name: string): object => ({ name, type: 'availability', objective: 99 });
    assert.deepEqual(
      said({ services: { 'a-b': { objectives: [objective('c')] }, a: { objectives: [objective('b-c'), objective('c')] } } }),
      ['services["a"].objectives: "b-c" has the id "a-b-c", as one of "a-b" has.'],
    );
  });
});
