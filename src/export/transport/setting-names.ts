/** The settings that govern an export, as messages name them. */
import type { Delivered, OtlpConfig, OtlpSetting } from '../../config/config.ts';

/** The longest time of one request, beside `OTEL_EXPORTER_OTLP_TIMEOUT`. */
const EXPORT_TIMEOUT: Readonly<Record<Delivered, string>> = {
  traces: 'OTEL_BSP_EXPORT_TIMEOUT',
  logs: 'OTEL_BLRP_EXPORT_TIMEOUT',
  metrics: 'OTEL_METRIC_EXPORT_TIMEOUT',
  errors: 'SIGNALBOX_SHUTDOWN_TIMEOUT',
  alerts: 'SIGNALBOX_SHUTDOWN_TIMEOUT',
};
/** Metrics leave all at once. */
const BATCH_SIZE: Readonly<Partial<Record<Delivered, string>>> = {
  traces: 'OTEL_BSP_MAX_EXPORT_BATCH_SIZE',
  logs: 'OTEL_BLRP_MAX_EXPORT_BATCH_SIZE',
};

/** No others: the text may quote a server. */
const PLACEHOLDER = /\{(ENDPOINT|PROTOCOL|HEADERS|COMPRESSION|CERTIFICATE|CLIENT_CERTIFICATE|CLIENT_KEY|BATCH_SIZE)\}/g;

/** What the user wrote it under, a variable or an option; where nothing is written, the variable for all signals. */
export function settingOf(otlp: OtlpConfig, setting: OtlpSetting): string {
  const label = otlp.settings?.[setting] ?? `OTEL_EXPORTER_OTLP_${setting}`;
  return label.startsWith('OTEL_') ? label : `the option ${label}`;
}

/** Which of the two limits ended a request after `timeoutMs`. */
export function timeoutSettingOf(otlp: OtlpConfig, signal: Delivered, timeoutMs: number): string {
  return timeoutMs < otlp.timeoutMs ? EXPORT_TIMEOUT[signal] : settingOf(otlp, 'TIMEOUT');
}

/** `text` with names for `{ENDPOINT}`, `{HEADERS}` …; ` (OTEL_BSP_MAX_EXPORT_BATCH_SIZE)` for `{BATCH_SIZE}`. */
export function withSettings(text: string, otlp: OtlpConfig, signal: Delivered): string {
  return text.replace(PLACEHOLDER, (_, name: string) => {
    if (name !== 'BATCH_SIZE') return settingOf(otlp, name as OtlpSetting);
    const batchSize = BATCH_SIZE[signal];
    return batchSize === undefined ? '' : ` (${batchSize})`;
  });
}
