import type { Histogram, MeterProvider, Tracer, TracerProvider } from '@opentelemetry/api';
import { HTTP_CLIENT_REQUEST_DURATION, HTTP_SERVER_REQUEST_DURATION } from '../../names/metrics.ts';
import { version } from '../../version.ts';
import { api } from '../../runtime/otel.ts';

const SCOPE = 'signalbox/http';
const DURATION = { server: HTTP_SERVER_REQUEST_DURATION, client: HTTP_CLIENT_REQUEST_DURATION } as const;
const BUCKETS_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

/** What the server and the client of HTTP record with; set from outside as that of every instrumentation is. */
export class HttpSide {
  tracer: Tracer = api.trace.getTracer(SCOPE, version);
  /** In seconds. None before there is a meter. */
  duration: Histogram | undefined;
  isEnabled = true;
  readonly #name: 'server' | 'client';

  constructor(name: 'server' | 'client') {
    this.#name = name;
  }

  setTracerProvider(provider: TracerProvider): void {
    this.tracer = provider.getTracer(SCOPE, version);
  }

  setMeterProvider(provider: MeterProvider): void {
    this.duration = provider.getMeter(SCOPE, version).createHistogram(DURATION[this.#name], {
      description: `Duration of HTTP ${this.#name} requests.`,
      unit: 's',
      advice: { explicitBucketBoundaries: BUCKETS_SECONDS },
    });
  }

  enable(): void {
    this.isEnabled = true;
  }

  disable(): void {
    this.isEnabled = false;
  }
}
