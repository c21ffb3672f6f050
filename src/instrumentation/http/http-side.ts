import type { MeterProvider, Tracer, TracerProvider } from '@opentelemetry/api';
import { HTTP_CLIENT_REQUEST_DURATION, HTTP_SERVER_REQUEST_DURATION } from '../../names/metrics.ts';
import { version } from '../../version.ts';
import { api } from '../../runtime/otel.ts';
import { createDurations, type Durations } from './durations.ts';

const HTTP = 'signalbox/http';
const DURATION = { server: HTTP_SERVER_REQUEST_DURATION, client: HTTP_CLIENT_REQUEST_DURATION } as const;
const BUCKETS_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

/** What the server and the client of HTTP record with; set from outside as that of every instrumentation is. */
export class HttpSide {
  tracer: Tracer;
  /** None before there is a meter. */
  durations: Durations | undefined;
  isEnabled = true;
  readonly #name: 'server' | 'client';
  readonly #measured: readonly string[];
  readonly #scope: string;

  /**
   * @param measured - names of the attributes that durations are told apart by.
   * @param scope - name of the instrumentation. Default: that of `node:http`.
   */
  constructor(name: 'server' | 'client', measured: readonly string[], scope = HTTP) {
    this.#name = name;
    this.#measured = measured;
    this.#scope = scope;
    this.tracer = api.trace.getTracer(scope, version);
  }

  setTracerProvider(provider: TracerProvider): void {
    this.tracer = provider.getTracer(this.#scope, version);
  }

  setMeterProvider(provider: MeterProvider): void {
    const histogram = provider.getMeter(this.#scope, version).createHistogram(DURATION[this.#name], {
      description: `Duration of HTTP ${this.#name} requests.`,
      unit: 's',
      advice: { explicitBucketBoundaries: BUCKETS_SECONDS },
    });
    this.durations = createDurations(histogram, this.#measured);
  }

  enable(): void {
    this.isEnabled = true;
  }

  disable(): void {
    this.isEnabled = false;
  }
}
