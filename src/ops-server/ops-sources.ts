/** What of a process that runs telemetry is served on the ops port: published when it starts, asked for when a port is opened. */
import type { Attributes } from '@opentelemetry/api';
import type { OpsConfig } from '../config/config.ts';
import type { Reporter } from '../diagnostics/reporter.ts';
import type { MetricSource } from '../otlp/metric-writer.ts';

export interface OpsSources {
  readonly config: OpsConfig;
  readonly reporter: Reporter;
  /** What scrapes collect from; `undefined` when no metrics are recorded. */
  readonly metrics: (() => MetricSource) | undefined;
  readonly resource: () => Attributes;
  /** Answered in the place of metrics. */
  readonly whyNoMetrics: string;
}

/** One for the process, whichever copy of this package is asked. */
const KEY = Symbol.for('signalbox.ops-sources');
const globals = globalThis as { [KEY]?: OpsSources };

export function publishOpsSources(sources: OpsSources): void {
  globals[KEY] = sources;
}

export function publishedOpsSources(): OpsSources | undefined {
  return globals[KEY];
}
