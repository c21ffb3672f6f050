/**
 * The Collector's `elasticsearch` exporter as it is published: it cannot be built from the Go module proxy.
 *
 * @see https://github.com/open-telemetry/opentelemetry-collector-contrib/blob/0e95696d2b4f3a88a799f91a56da80567bf4bcfb/exporter/elasticsearchexporter/config.schema.yaml
 * @see https://github.com/open-telemetry/opentelemetry-collector-contrib/blob/b6afc8b84a449593d760e30ac39c3a0d0f66ef63/exporter/elasticsearchexporter/internal/encoder/log/ecs.go
 */

type Kind = 'string' | 'boolean' | 'integer' | 'duration' | 'strings' | 'integers';

/** Its settings; deprecated ones are left out. `sending_queue` and HTTP's own are those of every exporter. */
const SETTINGS: Readonly<Record<string, Kind>> = {
  endpoint: 'string',
  endpoints: 'strings',
  cloudid: 'string',
  user: 'string',
  password: 'string',
  api_key: 'string',
  pipeline: 'string',
  logs_index: 'string',
  'logs_dynamic_id.enabled': 'boolean',
  'logs_dynamic_pipeline.enabled': 'boolean',
  'logstash_format.enabled': 'boolean',
  'logstash_format.prefix_separator': 'string',
  'logstash_format.date_format': 'string',
  'mapping.allowed_modes': 'strings',
  'discover.on_start': 'boolean',
  'discover.interval': 'duration',
  'retry.enabled': 'boolean',
  'retry.initial_interval': 'duration',
  'retry.max_interval': 'duration',
  'retry.max_retries': 'integer',
  'retry.retry_on_status': 'integers',
  timeout: 'duration',
};

const IS_A: Readonly<Record<Kind, (value: unknown) => boolean>> = {
  string: (value) => typeof value === 'string',
  boolean: (value) => typeof value === 'boolean',
  integer: Number.isInteger,
  duration: (value) => typeof value === 'string' && /^(\d+(ms|s|m|h))+$/.test(value),
  strings: (value) => Array.isArray(value) && value.every((item) => typeof item === 'string'),
  integers: (value) => Array.isArray(value) && value.every(Number.isInteger),
};

/** What is wrong with its settings, `sending_queue` left out. */
export function settingFaults(settings: Readonly<Record<string, unknown>>, prefix = ''): string[] {
  return Object.entries(settings).flatMap(([key, value]): string[] => {
    const name = prefix + key;
    if (name === 'sending_queue') return [];
    const kind = SETTINGS[name];
    if (kind !== undefined) return IS_A[kind](value) ? [] : [`${name} must be ${kind}, it is ${JSON.stringify(value)}`];
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return [`${name} is no setting`];
    return settingFaults(value as Record<string, unknown>, `${name}.`);
  });
}

// ---- what it makes of a record

interface AnyValue {
  readonly stringValue?: string;
  readonly boolValue?: boolean;
  readonly intValue?: string | number;
  readonly doubleValue?: number;
  readonly arrayValue?: { readonly values?: readonly AnyValue[] };
  readonly kvlistValue?: { readonly values?: readonly KeyValue[] };
}
interface KeyValue {
  readonly key: string;
  readonly value?: AnyValue;
}
interface LogRecord {
  readonly timeUnixNano?: string;
  readonly severityNumber?: number;
  readonly severityText?: string;
  readonly body?: AnyValue;
  readonly attributes?: readonly KeyValue[];
  readonly traceId?: string;
  readonly spanId?: string;
}

/** The body of an export request, in OTLP's JSON. */
export interface LogsRequest {
  readonly resourceLogs?: ReadonlyArray<{
    readonly resource?: { readonly attributes?: readonly KeyValue[] };
    readonly scopeLogs?: ReadonlyArray<{
      readonly scope?: { readonly name?: string; readonly attributes?: readonly KeyValue[] };
      readonly logRecords?: readonly LogRecord[];
    }>;
  }>;
}

function plain(value: AnyValue = {}): unknown {
  if (value.intValue !== undefined) return Number(value.intValue);
  if (value.arrayValue !== undefined) return (value.arrayValue.values ?? []).map(plain);
  if (value.kvlistValue !== undefined) return plainMap(value.kvlistValue.values);
  return value.stringValue ?? value.boolValue ?? value.doubleValue ?? null;
}
const plainMap = (pairs: readonly KeyValue[] = []): Record<string, unknown> =>
  Object.fromEntries(pairs.map(({ key, value }) => [key, plain(value)]));

/** Attributes of the resource that get another name; an empty one is left out. */
const RESOURCE_NAMES: Readonly<Record<string, string>> = {
  'service.instance.id': 'service.node.name',
  'telemetry.sdk.name': '',
  'telemetry.sdk.language': '',
  'telemetry.sdk.version': '',
  'telemetry.distro.name': '',
  'telemetry.distro.version': '',
  'host.arch': 'host.architecture',
  'process.runtime.name': 'service.runtime.name',
  'process.runtime.version': 'service.runtime.version',
  'os.type': 'host.os.platform',
  'os.version': 'host.os.version',
  'deployment.environment.name': 'service.environment',
};

/** The documents of a request in mapping mode `ecs`, with the scope's attribute that says so. */
export function documentsOf({ resourceLogs = [] }: LogsRequest): Array<{ mode: unknown; document: Record<string, unknown> }> {
  return resourceLogs.flatMap(({ resource, scopeLogs = [] }) => {
    const ofResource = Object.entries(plainMap(resource?.attributes)).map(([key, value]) => [RESOURCE_NAMES[key] ?? key, value] as const);
    return scopeLogs.flatMap(({ scope, logRecords = [] }) => {
      const { 'elastic.mapping.mode': mode, ...ofScope } = plainMap(scope?.attributes);
      return logRecords.map((record) => ({
        mode,
        document: {
          ...Object.fromEntries(ofResource.filter(([key]) => key !== '')),
          ...ofScope,
          ...plainMap(record.attributes),
          '@timestamp': new Date(Number(BigInt(record.timeUnixNano ?? 0) / 1_000_000n)).toISOString(),
          'agent.name': 'opentelemetry/nodejs',
          ...(record.traceId && { 'trace.id': record.traceId }),
          ...(record.spanId && { 'span.id': record.spanId }),
          ...(record.severityNumber !== undefined && { 'event.severity': record.severityNumber }),
          'log.level': record.severityText ?? '',
          ...(record.body?.stringValue !== undefined && { message: record.body.stringValue }),
        },
      }));
    });
  });
}
