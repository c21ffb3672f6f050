/** The SDK's reader, which collects when it is asked to, and the way in which the settings say that values are put together. */
import type { InstrumentType, MetricReader, PushMetricExporter } from '@opentelemetry/sdk-metrics';
import type { Config } from '../../config/config.ts';
import type { Collector } from './collect-now.ts';

type Sdk = typeof import('@opentelemetry/sdk-metrics');

export type Reader = MetricReader & { readonly collector: Collector };

export function createReader(
  sdk: Sdk,
  { temporality, defaultHistogram }: Config['metrics'],
  on: { readonly flush: () => Promise<void>; readonly shutdown: () => void },
): Reader {
  class OwnReader extends sdk.MetricReader {
    get collector(): Collector {
      return (this as unknown as { _sdkMetricProducer: Collector })._sdkMetricProducer;
    }
    protected override async onForceFlush(): Promise<void> {
      await on.flush();
    }
    protected override async onShutdown(): Promise<void> {
      on.shutdown();
    }
  }
  return new OwnReader({
    aggregationTemporalitySelector: temporalitySelector(sdk, temporality),
    aggregationSelector: (instrument) =>
      instrument === sdk.InstrumentType.HISTOGRAM && defaultHistogram === 'base2_exponential_bucket_histogram'
        ? { type: sdk.AggregationType.EXPONENTIAL_HISTOGRAM }
        : { type: sdk.AggregationType.DEFAULT },
  });
}

/** As the OTLP exporter's specification describes `OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE`. */
function temporalitySelector(
  sdk: Sdk,
  preference: Config['metrics']['temporality'],
): NonNullable<PushMetricExporter['selectAggregationTemporality']> {
  const { CUMULATIVE, DELTA } = sdk.AggregationTemporality;
  const type = sdk.InstrumentType;
  const delta: readonly InstrumentType[] = {
    cumulative: [],
    delta: [type.COUNTER, type.OBSERVABLE_COUNTER, type.HISTOGRAM, type.GAUGE, type.OBSERVABLE_GAUGE],
    lowmemory: [type.COUNTER, type.HISTOGRAM],
  }[preference];
  return (instrument) => (delta.includes(instrument) ? DELTA : CUMULATIVE);
}
