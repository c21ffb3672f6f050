/** What is wrong with the telemetry of one run: too little, too much, not told apart. */
import type { ReceivedLog, ReceivedMetric, ReceivedSpan } from '../../../src/otlp/decode/model.ts';
import { callerContext, type ServerRun } from './run-server.ts';
import type { ServerProgram } from './server-program.ts';

export interface Telemetry {
  readonly spans: readonly ReceivedSpan[];
  readonly metrics: readonly ReceivedMetric[];
  readonly logs: readonly ReceivedLog[];
}

/** One line for each fault. */
export function judgeTelemetry(program: ServerProgram, run: ServerRun, { spans, metrics, logs }: Telemetry): string[] {
  const found: string[] = [];
  const must = (holds: boolean, message: () => string): void => {
    if (!holds) found.push(message());
  };
  const ofRequests = new Set<string>();

  for (const [index, { method = 'GET', path, status, route, spans: most = 1, upgrade }] of program.exchanges.entries()) {
    const what = `${index + 1}. ${method} ${path}`;
    const caller = callerContext(program.name, index);
    ofRequests.add(caller.traceId);
    const ours = spans.filter(({ traceId }) => traceId === caller.traceId);
    const server = ours.filter(({ kind }) => kind === 'server');
    must(ours.length <= (upgrade ? 0 : most), () => `${what}: at most ${upgrade ? 0 : most} spans, were ${show(ours)}`);
    if (upgrade) continue;
    must(server.length === 1, () => `${what}: one server span, were ${show(ours)}`);
    const ids = new Set([caller.spanId, ...ours.map(({ spanId }) => spanId)]);
    const orphans = ours.filter(({ parentSpanId }) => !ids.has(parentSpanId ?? ''));
    must(orphans.length === 0, () => `${what}: every span has its parent, not so ${show(orphans)}`);
    const [span] = server.filter(({ parentSpanId }) => parentSpanId === caller.spanId);
    if (span === undefined) {
      found.push(`${what}: the caller's span is the parent of a server span, there were ${show(ours)}`);
      continue;
    }
    const name = route === undefined ? method : `${method} ${route}`;
    must(span.name === name, () => `${what}: the server span is named "${name}", was "${span.name}"`);
    must(span.attributes['http.route'] === route, () => `${what}: http.route is ${route}, was ${String(span.attributes['http.route'])}`);
    must(
      span.attributes['http.response.status_code'] === status,
      () => `${what}: http.response.status_code is ${status}, was ${String(span.attributes['http.response.status_code'])}`,
    );
    must(
      (span.status.code === 'error') === status >= 500,
      () => `${what}: the server span's status is ${status >= 500 ? 'error' : 'unset'}, was ${span.status.code}`,
    );
    if (program.logs)
      must(
        logs.some(({ traceId }) => traceId === caller.traceId),
        () => `${what}: a log record in its trace, there was none`,
      );
  }

  const others: Record<string, number> = {};
  for (const span of spans)
    if (!ofRequests.has(span.traceId)) others[`${span.kind} ${span.name}`] = (others[`${span.kind} ${span.name}`] ?? 0) + 1;
  const expected = program.otherSpans ?? {};
  for (const name of new Set([...Object.keys(others), ...Object.keys(expected)])) {
    must(
      others[name] === expected[name],
      () => `spans outside of requests: ${expected[name] ?? 0} of "${name}", were ${others[name] ?? 0}`,
    );
  }

  const requests = program.exchanges.filter(({ upgrade }) => !upgrade).length;
  // Cumulative: of each series the latest point counts.
  const series = new Map<string, number>();
  for (const metric of metrics) {
    if (metric.name !== 'http.server.request.duration' || metric.type !== 'histogram') continue;
    for (const { attributes, count } of metric.points) series.set(JSON.stringify(attributes), Number(count));
  }
  const counted = [...series.values()].reduce((sum, count) => sum + count, 0);
  must(counted === requests, () => `http.server.request.duration counts ${requests} requests, was ${counted}`);

  const starts = run.said.filter(({ code }) => code === 'started').length;
  must(starts === 1, () => `one start line, were ${starts}`);
  const says = program.says ?? [];
  for (const { code, message } of run.said)
    must(
      code === 'started' || says.some((start) => code.startsWith(start)),
      () => `signalbox says nothing else, said "${code}": ${message}`,
    );
  for (const start of says)
    must(
      run.said.some(({ code }) => code.startsWith(start)),
      () => `signalbox says "${start}", did not`,
    );
  return found;
}

function show(spans: readonly ReceivedSpan[]): string {
  return `${spans.length}: ${spans.map(({ kind, name, scope }) => `${kind} "${name}" (${scope.name})`).join(', ')}`;
}
