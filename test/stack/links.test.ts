/**
 * The links between the data sources of Grafana, as they are provisioned: filled in as Grafana does with a line, a span, an
 * exemplar of the demo, they must be answered by Jaeger and Loki.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { parse } from 'yaml';

import { eventually } from './kit/eventually.ts';
import type { JaegerTrace, StoredLine } from './kit/queries.ts';
import { skipWithout } from './kit/servers.ts';
import { shipped, startStack, type Stack } from './kit/start-stack.ts';
import { openShop, SCENARIO_COUNT, type VisitedShop } from './visited-shop.ts';

interface DerivedField {
  readonly matcherType: string;
  readonly matcherRegex: string;
  readonly datasourceUid: string;
  readonly url: string;
}

interface TracesToLogs {
  readonly datasourceUid: string;
  readonly spanStartTimeShift: string;
  readonly spanEndTimeShift: string;
  readonly customQuery: boolean;
  readonly query: string;
}

interface DataSource {
  readonly uid: string;
  readonly type: string;
  readonly jsonData: {
    readonly derivedFields?: readonly DerivedField[];
    readonly tracesToLogsV2?: TracesToLogs;
    readonly exemplarTraceIdDestinations?: ReadonlyArray<{ readonly name: string; readonly datasourceUid: string }>;
  };
}

// Grafana expands `$NAME` of these files from the environment; `$$` is what stays as `$`.
const provisioned = readFileSync(shipped('grafana/provisioning/datasources/datasources.yaml'), 'utf8').replace(
  /\$(\$)?/g,
  (_, escaped?: string) => (escaped === undefined ? 'from the environment ' : '$'),
);
const { datasources } = parse(provisioned) as { datasources: readonly DataSource[] };

function dataSource(uid: string): DataSource {
  const found = datasources.find((source) => source.uid === uid);
  assert.ok(found, `${uid} is not among ${datasources.map((source) => source.uid).join(', ')}`);
  return found;
}

/** Fills in `${__name.path}` and fails on a variable that is not there, for then Grafana shows no link. */
function fillIn(template: string, values: Readonly<Record<string, string>>): string {
  const filled = template.replace(/\$\{(\w+(?:\.\w+)*)\}/g, (_, name: string) => {
    const value = values[name];
    assert.ok(value !== undefined, `${template}: ${name}`);
    return value;
  });
  assert.doesNotMatch(filled, /\$/);
  return filled;
}

const MINUTES: Readonly<Record<string, number>> = { s: 1 / 60, m: 1, h: 60 };
function shiftMs(shift: string): number {
  const [, amount, unit = ''] = /^(-?\d+)([smh])$/.exec(shift) ?? [];
  return Number(amount) * (MINUTES[unit] ?? NaN) * 60_000;
}

/** What Grafana makes of a line: the value of the first label or metadata whose name matches. */
function derivedValue({ matcherType, matcherRegex }: DerivedField, { labels, metadata }: StoredLine): string | undefined {
  assert.equal(matcherType, 'label');
  const all: Record<string, string> = { ...labels, ...metadata };
  const name = Object.keys(all).find((key) => new RegExp(matcherRegex).test(key));
  return name === undefined ? undefined : all[name];
}

async function fromLinesToTraces(stack: Stack, lines: readonly StoredLine[]): Promise<void> {
  const { derivedFields = [] } = dataSource('loki').jsonData;
  assert.equal(derivedFields.length, 1);
  for (const field of derivedFields) {
    assert.equal(dataSource(field.datasourceUid).type, 'jaeger');
    for (const line of lines) {
      const value = derivedValue(field, line);
      assert.equal(value, line.metadata['trace_id']);
      if (value === undefined) continue;
      const traceId = fillIn(field.url, { '__value.raw': value });
      const trace = await eventually(() => stack.jaeger.trace(traceId));
      assert.ok(
        trace.spans.some(({ spanID }) => spanID === line.metadata['span_id']),
        `the span of ${line.line} is in its trace`,
      );
    }
  }
}

async function fromSpansToLines(stack: Stack, shop: VisitedShop): Promise<number> {
  const { tracesToLogsV2: link } = dataSource('jaeger').jsonData;
  assert.ok(link?.customQuery);
  assert.equal(dataSource(link.datasourceUid).type, 'loki');
  let found = 0;
  for (const { traceId } of shop.requests) {
    const trace = await eventually(() => stack.jaeger.trace(traceId));
    const logged = shop.logged().filter(({ record }) => record['trace_id'] === traceId);
    // Whichever span is clicked on.
    for (const { traceID, spanID, startTime, duration } of trace.spans) {
      const query = fillIn(link.query, { '__trace.traceId': traceID, '__span.traceId': traceID, '__span.spanId': spanID });
      const range: { startMs: number; endMs: number } = {
        startMs: Math.floor(startTime / 1000) + shiftMs(link.spanStartTimeShift),
        endMs: Math.floor((startTime + duration) / 1000) + shiftMs(link.spanEndTimeShift),
      };
      const lines: string[] = (await stack.loki.lines(query, range)).map(({ labels, line }) => `${labels['service_name']} ${line}`);
      assert.deepEqual(lines.sort(), logged.map(({ service, record }) => `${service} ${record['message']}`).sort());
    }
    found += logged.length;
  }
  return found;
}

async function fromExemplarsToTraces(stack: Stack): Promise<number> {
  const { exemplarTraceIdDestinations: [destination] = [] } = dataSource('prometheus').jsonData;
  assert.ok(destination);
  assert.equal(dataSource(destination.datasourceUid).type, 'jaeger');
  const exemplars = await eventually(async () => {
    const all = await stack.prometheus.queryExemplars('traces_span_metrics_duration_milliseconds_bucket');
    return all.length > 0 && all;
  });
  const ids = new Set(exemplars.map(({ labels }) => labels[destination.name]));
  for (const id of ids) assert.ok(await eventually(() => stack.jaeger.trace(id ?? '')), String(id));
  return ids.size;
}

/** `trace_url` of an alert on errors, filled in as Prometheus does for each service: Jaeger's page asks this of its API. */
async function fromAlertsToFailedTraces(stack: Stack, shop: VisitedShop): Promise<number> {
  const [, template = ''] =
    /HighErrorRate\n[^]*?trace_url: (.*)\n/.exec(readFileSync(shipped('prometheus/rules/service.yml'), 'utf8')) ?? [];
  const ids = new Set(shop.requests.map(({ traceId }) => traceId));
  const traces = await Promise.all(Array.from(ids, (id) => eventually(() => stack.jaeger.trace(id))));
  let found = 0;
  for (const service of await stack.jaeger.services()) {
    const url = new URL(template.replace(/\{\{.*\}\}/, encodeURIComponent(service)));
    assert.equal(url.pathname, '/search');
    const { data } = (await (await fetch(`${stack.urls.jaegerQuery}/api/traces${url.search}`)).json()) as { data: { traceID: string }[] };
    const hasFailed = (trace: JaegerTrace): boolean =>
      trace.spans.some(
        ({ processID, tags }) =>
          trace.processes[processID]?.serviceName === service && tags.some(({ key, value }) => key === 'error' && value === true),
      );
    assert.deepEqual(
      data
        .map(({ traceID }) => traceID)
        .filter((id) => ids.has(id))
        .sort(),
      traces
        .filter(hasFailed)
        .map(({ traceID }) => traceID)
        .sort(),
      service,
    );
    found += data.length;
  }
  return found;
}

test(
  "Grafana's links from a line to its trace, from a span to its lines and from an exemplar to its trace are answered",
  { timeout: 120_000, skip: skipWithout('collector', 'jaeger', 'prometheus', 'alertmanager', 'loki') },
  async (t) => {
    await using stack = await startStack();
    await using shop = await openShop({ OTEL_EXPORTER_OTLP_ENDPOINT: stack.urls.otlpHttp });
    await shop.visit(SCENARIO_COUNT * 2);
    await shop.stop();
    const lines = await eventually(async () => {
      const stored = await stack.loki.lines('{service_name=~".+"}');
      return stored.length === shop.logged().length && stored;
    });
    await fromLinesToTraces(stack, lines);
    const found = await fromSpansToLines(stack, shop);
    assert.ok(found > 10);
    const exemplars = await fromExemplarsToTraces(stack);
    const failed = await fromAlertsToFailedTraces(stack, shop);
    assert.ok(failed > 1);
    t.diagnostic(
      `${lines.length} lines to traces, spans of ${shop.requests.length} traces to ${found} lines, ${exemplars} exemplars, alerts to ${failed} failed traces`,
    );
  },
);
