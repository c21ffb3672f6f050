/** What an alert from code is, and what it becomes on the way. Pure. */
import type { SpanContext } from '@opentelemetry/api';
import type { ServiceIdentity } from '../../runtime/end-work.ts';
import { attempt } from '../../runtime/contain.ts';
import { redactAttribute, redactText } from '../../redaction/redactor.ts';
import { toPlain, type PlainMap, type PlainValue } from '../../values/plain-value.ts';
import { read } from '../../values/read-properties.ts';
import { cleanString } from '../../values/strings.ts';

export type AlertSeverity = 'critical' | 'warning' | 'info';

export interface AlertInput {
  /** What happened, in few words and always the same: alerts of one title and severity are one alert. At most 200 characters. */
  readonly title: string;
  /** What somebody who is woken must know. At most 4,096 characters. */
  readonly message?: string;
  /** @default 'warning' */
  readonly severity?: AlertSeverity;
  /** Facts, by name. They tell no alerts apart. At most 32, each of 1,024 characters. */
  readonly metadata?: Readonly<Record<string, unknown>>;
}

/** As it is sent. */
export interface Alert {
  readonly title: string;
  readonly message: string | undefined;
  readonly severity: AlertSeverity;
  readonly metadata: Readonly<Record<string, string>>;
  readonly service: ServiceIdentity | undefined;
  readonly traceId: string | undefined;
  readonly startsAtMs: number;
  /** Set where it is over. */
  readonly endsAtMs: number | undefined;
}

const MAX_TITLE = 200;
const MAX_MESSAGE = 4096;
const MAX_FACTS = 32;
const MAX_FACT = 1024;
/** So many times what is kept is looked at. */
const SEEN = 8;
const SEVERITIES: ReadonlySet<unknown> = new Set(['critical', 'warning', 'info']);
/** What Prometheus allows in a name of a label or an annotation. */
const NO_NAME = /[^a-zA-Z0-9_]/g;

export interface AlertSource {
  readonly service: ServiceIdentity | undefined;
  readonly span: SpanContext | undefined;
  readonly nowMs: number;
}

/** Whatever is handed in; what cannot be read is left out. Secrets are removed. */
export function makeAlert(input: AlertInput, isOver: boolean, { nowMs, service, span }: AlertSource): Alert {
  const severity = read(input, 'severity');
  const message = read(input, 'message');
  return {
    title: textOf(read(input, 'title'), MAX_TITLE) || 'alert',
    message: message === undefined ? undefined : textOf(message, MAX_MESSAGE),
    severity: SEVERITIES.has(severity) ? (severity as AlertSeverity) : 'warning',
    metadata: factsOf(read(input, 'metadata')),
    service,
    traceId: span?.traceId,
    startsAtMs: nowMs,
    endsAtMs: isOver ? nowMs : undefined,
  };
}

function textOf(value: unknown, maxLength: number): string {
  if (value === undefined || value === null) return '';
  const text = typeof value === 'string' ? value : (attempt(() => String(value)) ?? '');
  // Redacted before it is cut: half a key is not known as one.
  return cleanString(redactText(cleanString(text, SEEN * maxLength)), maxLength);
}

function factsOf(metadata: unknown): Record<string, string> {
  const plain = toPlain(metadata, SEEN * MAX_FACT);
  if (typeof plain !== 'object' || plain === null || Array.isArray(plain) || plain instanceof Uint8Array) return {};
  const facts: Record<string, string> = {};
  for (const [name, value] of Object.entries(plain as PlainMap).slice(0, MAX_FACTS)) {
    const redacted = redactAttribute(name, value);
    if (redacted !== undefined) facts[factName(name)] = cleanString(redactText(spoken(redacted)), MAX_FACT);
  }
  return facts;
}

/** `order.id` is `order_id`; a name that begins with a digit gets a `_`. A key may be a secret as well. */
function factName(name: string): string {
  const clean = redactText(name.slice(0, SEEN * MAX_TITLE))
    .slice(0, MAX_TITLE)
    .replace(NO_NAME, '_');
  return /^[a-zA-Z_]/.test(clean) ? clean : `_${clean}`;
}

function spoken(value: PlainValue): string {
  if (typeof value === 'string') return value;
  return attempt(() => JSON.stringify(value, (_, item: unknown) => (typeof item === 'bigint' ? String(item) : item))) ?? String(value);
}

const timestamp = (ms: number): string => new Date(ms).toISOString();

/** @see https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml (postableAlerts) */
export function renderForAlertmanager(alert: Alert): string {
  const { endsAtMs, message, metadata, service, severity, startsAtMs, title, traceId } = alert;
  const labels = {
    alertname: title,
    severity,
    // As on alerts from rules: by it Alertmanager groups, inhibits and routes.
    ...(service === undefined ? {} : { service: service.name, service_name: service.name }),
    ...(service?.environment === undefined ? {} : { deployment_environment_name: service.environment }),
    component: 'application',
  };
  const annotations = {
    ...metadata,
    ...(traceId === undefined ? {} : { trace_id: traceId }),
    summary: title,
    ...(message === undefined ? {} : { description: message }),
  };
  const end = endsAtMs === undefined ? {} : { endsAt: timestamp(endsAtMs) };
  return JSON.stringify([{ labels, annotations, startsAt: timestamp(startsAtMs), ...end }]);
}

export function renderForWebhook(alert: Alert): string {
  const { endsAtMs, message, metadata, service, severity, startsAtMs, title, traceId } = alert;
  return JSON.stringify({
    status: endsAtMs === undefined ? 'firing' : 'resolved',
    title,
    message,
    severity,
    metadata,
    service: service?.name,
    environment: service?.environment,
    trace_id: traceId,
    timestamp: timestamp(endsAtMs ?? startsAtMs),
  });
}
