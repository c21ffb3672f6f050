/**
 * The account of every record as OpenTelemetry's own SDK metrics. For each signal, at any moment:
 *
 *     Σ processed = Σ exported + Σ processed{error.type} + inflight
 *
 * `processed` counts what was queued for export, with `error.type` what never was; `exported` what was
 * acknowledged, with `error.type` what the collector or the end of the process took.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/otel/sdk-metrics/
 */
import type { Attributes, MeterProvider, ObservableResult } from '@opentelemetry/api';
import type { Signal } from '../../config/config.ts';
import { inFlight, type Account, type DropReason } from '../../diagnostics/account.ts';
import { ERROR_TYPE, METRIC_NAME, OTEL_COMPONENT_NAME } from '../../names/attributes.ts';
import { SDK_METRICS } from '../../names/metrics.ts';
import { METRIC_OVERFLOW } from '../../names/metrics/telemetry.ts';
import { version } from '../../version.ts';

const UNIT: Readonly<Record<Signal, string>> = { traces: '{span}', logs: '{log_record}', metrics: '{data_point}' };
const NEVER_QUEUED: ReadonlySet<DropReason> = new Set(['queue_full', 'too_large', 'encode_error', 'after_shutdown']);

/** Of OTLP, which nearly every process has alone, without the exporter. */
function componentName({ exporter, signal }: Account): string {
  return exporter === 'otlp' ? `signalbox/${signal}` : `signalbox/${signal}/${exporter}`;
}

export function reportAccounts(meterProvider: MeterProvider, accounts: readonly Account[]): void {
  const meter = meterProvider.getMeter('signalbox', version);
  for (const account of accounts) {
    const names = SDK_METRICS[account.signal];
    const unit = UNIT[account.signal];
    const component: Attributes = { [OTEL_COMPONENT_NAME]: componentName(account) };
    const observeDrops = (result: ObservableResult, wanted: (reason: DropReason) => boolean): void => {
      for (const [reason, records] of account.dropped) if (wanted(reason)) result.observe(records, { ...component, [ERROR_TYPE]: reason });
    };
    const neverQueued = (): number =>
      [...account.dropped].reduce((sum, [reason, records]) => (NEVER_QUEUED.has(reason) ? sum + records : sum), 0);

    meter
      .createObservableCounter(names.processed, {
        unit,
        description: 'Records that were queued for export; with error.type those that never were.',
      })
      .addCallback((result) => {
        result.observe(account.produced - neverQueued(), component);
        observeDrops(result, (reason) => NEVER_QUEUED.has(reason));
      });
    meter
      .createObservableCounter(names.exported, {
        unit,
        description: 'Records that the collector acknowledged; with error.type those that were lost on the way.',
      })
      .addCallback((result) => {
        result.observe(account.acknowledged, component);
        observeDrops(result, (reason) => !NEVER_QUEUED.has(reason));
      });
    meter
      .createObservableUpDownCounter(names.inFlight, {
        unit,
        description: 'Records that wait or were sent without an answer yet.',
      })
      .addCallback((result) => {
        result.observe(inFlight(account), component);
      });
  }
}

/** @param read - measurements that went beyond the limit of their metric, by its name; asked for at each collection. */
export function reportOverflow(meterProvider: MeterProvider, read: () => ReadonlyMap<string, number>): void {
  const { description, name, unit } = METRIC_OVERFLOW;
  meterProvider
    .getMeter('signalbox', version)
    .createObservableCounter(name, { description, unit })
    .addCallback((result) => {
      for (const [metric, measurements] of read()) result.observe(measurements, { [METRIC_NAME]: metric });
    });
}
