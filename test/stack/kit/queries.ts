/** What tests ask the servers, in the servers' own HTTP APIs. */

export interface JaegerTag {
  readonly key: string;
  readonly type: string;
  readonly value: unknown;
}

export interface JaegerSpan {
  readonly traceID: string;
  readonly spanID: string;
  readonly operationName: string;
  readonly processID: string;
  /** Microseconds. */
  readonly startTime: number;
  readonly duration: number;
  readonly references: ReadonlyArray<{ readonly refType: string; readonly traceID: string; readonly spanID: string }>;
  readonly tags: readonly JaegerTag[];
  readonly logs: ReadonlyArray<{ readonly timestamp: number; readonly fields: readonly JaegerTag[] }>;
}

export interface JaegerTrace {
  readonly traceID: string;
  readonly spans: readonly JaegerSpan[];
  readonly processes: Readonly<Record<string, { readonly serviceName: string; readonly tags: readonly JaegerTag[] }>>;
}

export interface JaegerQueries {
  /** `undefined` when there is none of that id. */
  trace(id: string): Promise<JaegerTrace | undefined>;
  search(query: { service: string; operation?: string; tags?: Record<string, string>; limit?: number }): Promise<JaegerTrace[]>;
  services(): Promise<string[]>;
  /** What the Monitor page asks, over the last hour; rates per second, latency in milliseconds. One value for each point. */
  monitor(service: string, what?: 'calls' | 'errors' | 'latencies', options?: { quantile?: number; spanKind?: string }): Promise<number[]>;
}

export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface Exemplar {
  readonly seriesLabels: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface PrometheusQueries {
  /** An instant vector. */
  query(expression: string): Promise<Sample[]>;
  /** Of the last hour. */
  queryExemplars(expression: string): Promise<Exemplar[]>;
  /** Names of all metrics. */
  names(): Promise<string[]>;
}

export interface StoredLine {
  readonly line: string;
  /** Nanoseconds since the epoch. */
  readonly timestamp: bigint;
  readonly labels: Readonly<Record<string, string>>;
  readonly metadata: Readonly<Record<string, string>>;
}

export interface LokiQueries {
  /**
   * Every line of a query, the oldest first.
   *
   * @param range - in milliseconds since the epoch. @defaultValue the last hour, and a minute more
   * @throws {Error} when there are more than Loki answers at once.
   */
  lines(query: string, range?: { readonly startMs: number; readonly endMs: number }): Promise<StoredLine[]>;
  /** Names of all labels, those that Loki makes itself left out. */
  labels(): Promise<string[]>;
}

/** Sum of all series of a metric on the Collector's own port, or of those whose labels match; `undefined` when there is none. */
export type CollectorMetric = (name: string, labels?: Readonly<Record<string, string>>) => Promise<number | undefined>;

const HOUR_MS = 3_600_000;

async function getJson(url: string, headers: Readonly<Record<string, string>> = {}): Promise<unknown> {
  const response = await fetch(url, { headers, signal: AbortSignal.timeout(10_000) });
  const text = await response.text();
  if (!response.ok) throw new Error(`GET ${url}: ${response.status} ${text.slice(0, 300)}`);
  return JSON.parse(text);
}

export function jaegerQueries(base: string): JaegerQueries {
  return {
    async trace(id) {
      const response = await fetch(`${base}/api/traces/${id}`, { signal: AbortSignal.timeout(10_000) });
      if (response.status === 404) return undefined;
      if (!response.ok) throw new Error(`Jaeger: trace ${id}: ${response.status} ${(await response.text()).slice(0, 300)}`);
      return ((await response.json()) as { data: JaegerTrace[] }).data[0];
    },
    async search({ service, operation, tags, limit = 1000 }) {
      const now = Date.now();
      const params = new URLSearchParams({
        service,
        limit: String(limit),
        start: String((now - HOUR_MS) * 1000),
        end: String((now + HOUR_MS) * 1000),
      });
      if (operation !== undefined) params.set('operation', operation);
      if (tags !== undefined) params.set('tags', JSON.stringify(tags));
      return ((await getJson(`${base}/api/traces?${params}`)) as { data: JaegerTrace[] }).data;
    },
    async services() {
      return ((await getJson(`${base}/api/services`)) as { data: string[] | null }).data ?? [];
    },
    async monitor(service, what = 'calls', { quantile = 0.95, spanKind = 'server' } = {}) {
      const params = new URLSearchParams({
        service,
        spanKind,
        endTs: String(Date.now()),
        lookback: String(HOUR_MS),
        step: '5000',
        ratePer: '60000',
        ...(what === 'latencies' && { quantile: String(quantile) }),
      });
      type Answer = { metrics?: Array<{ metricPoints: Array<{ gaugeValue?: { doubleValue: number } }> }> };
      const answer = (await getJson(`${base}/api/metrics/${what}?${params}`)) as Answer;
      const points = (answer.metrics ?? []).flatMap((metric) => metric.metricPoints);
      return points.map((point) => Number(point.gaugeValue?.doubleValue)).filter(Number.isFinite);
    },
  };
}

export function prometheusQueries(base: string): PrometheusQueries {
  return {
    async query(expression) {
      type Answer = { data: { result: Array<{ metric: Record<string, string>; value: [number, string] }> } };
      const answer = (await getJson(`${base}/api/v1/query?${new URLSearchParams({ query: expression })}`)) as Answer;
      return answer.data.result.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }));
    },
    async queryExemplars(expression) {
      const seconds = (ms: number): string => String(ms / 1000);
      const params = new URLSearchParams({ query: expression, start: seconds(Date.now() - HOUR_MS), end: seconds(Date.now() + 60_000) });
      type Answer = {
        data: Array<{ seriesLabels: Record<string, string>; exemplars: Array<{ labels: Record<string, string>; value: string }> }>;
      };
      const answer = (await getJson(`${base}/api/v1/query_exemplars?${params}`)) as Answer;
      return answer.data.flatMap(({ seriesLabels, exemplars }) =>
        exemplars.map(({ labels, value }) => ({ seriesLabels, labels, value: Number(value) })),
      );
    },
    async names() {
      return ((await getJson(`${base}/api/v1/label/__name__/values`)) as { data: string[] }).data;
    },
  };
}

const MOST_LINES = 5000;

export function lokiQueries(base: string): LokiQueries {
  return {
    async lines(query, { startMs, endMs } = { startMs: Date.now() - HOUR_MS, endMs: Date.now() + 60_000 }) {
      const nanos = (ms: number): string => `${Math.round(ms)}000000`;
      const params = new URLSearchParams({
        query,
        start: nanos(startMs),
        end: nanos(endMs),
        limit: String(MOST_LINES),
        direction: 'forward',
      });
      type Metadata = { structuredMetadata?: Record<string, string> };
      type Answer = { data: { result: Array<{ stream: Record<string, string>; values: Array<[string, string, Metadata?]> }> } };
      // Otherwise the metadata of a line stands among the labels of its stream.
      const categorized = { 'x-loki-response-encoding-flags': 'categorize-labels' };
      const { data } = (await getJson(`${base}/loki/api/v1/query_range?${params}`, categorized)) as Answer;
      const lines = data.result.flatMap(({ stream, values }) =>
        values.map(([timestamp, line, { structuredMetadata = {} } = {}]) => ({
          line,
          timestamp: BigInt(timestamp),
          labels: stream,
          metadata: structuredMetadata,
        })),
      );
      if (lines.length >= MOST_LINES) throw new Error(`Loki has ${MOST_LINES} lines or more of ${query}; ask for less.`);
      return lines.sort((a, b) => Number(a.timestamp - b.timestamp));
    },
    async labels() {
      const { data = [] } = (await getJson(`${base}/loki/api/v1/labels`)) as { data?: string[] };
      return data.filter((name) => !name.startsWith('__')).sort();
    },
  };
}

export function collectorQueries(metricsUrl: string): CollectorMetric {
  return async (name, labels = {}) => {
    const text = await (await fetch(metricsUrl, { signal: AbortSignal.timeout(10_000) })).text();
    let sum: number | undefined;
    for (const line of text.split('\n')) {
      const match = /^([A-Za-z_:][\w:]*)(?:\{(.*)\})? (\S+)/.exec(line);
      if (!match || match[1] !== name) continue;
      const written = match[2] ?? '';
      if (Object.entries(labels).every(([label, value]) => `,${written}`.includes(`,${label}="${value}"`)))
        sum = (sum ?? 0) + Number(match[3]);
    }
    return sum;
  };
}
