/** The one line that says what runs and where it sends. */
import type { Config, Signal } from '../config/config.ts';
import { telemetryState } from '../runtime/end-work.ts';
import { version } from '../version.ts';

const SIGNALS: readonly Signal[] = ['traces', 'metrics', 'logs'];

/** @example signalbox 0.1.0: shop 1.4.2 sends traces, metrics and logs to http://localhost:4318 (http/protobuf), sampler parentbased_always_on, no ops port (SIGNALBOX_OPS=true opens it), Node.js 24.21.0. */
export function startLine(config: Config, serviceName: string, serviceVersion: string | undefined): string {
  const targets = new Map<string, Signal[]>();
  for (const signal of SIGNALS) {
    for (const target of targetsOf(config, signal)) targets.set(target, [...(targets.get(target) ?? []), signal]);
  }
  const service = serviceVersion === undefined ? serviceName : `${serviceName} ${serviceVersion}`;
  const sends = [...targets].map(([target, signals]) => `${listed(signals)} to ${target}`);
  const sampler = config.traces.sampler.endsWith('traceidratio')
    ? `${config.traces.sampler} ${config.traces.samplerRatio}`
    : config.traces.sampler;
  const lines = telemetryState.logLinesTo === undefined ? '' : `, writes log lines to ${telemetryState.logLinesTo}`;
  return `signalbox ${version}: ${service} sends ${sends.length === 0 ? nothing(config) : sends.join(', ')}${lines}, sampler ${sampler}${config.traces.tail === undefined ? '' : ' and at the end of a trace SIGNALBOX_TAIL_RATIO'}, ${opsPort(config)}, Node.js ${process.versions.node}.`;
}

function nothing({ metrics }: Config): string {
  return metrics.isServed ? 'nothing' : 'nothing (all exporters are "none")';
}

/** Where metrics and health are served, or how to have that. */
function opsPort({ ops }: Config): string {
  // Also one that the application has opened itself.
  if (telemetryState.opsUrl !== undefined) return `serves /metrics and /health on ${telemetryState.opsUrl}`;
  if (!ops.isWanted) return 'no ops port (SIGNALBOX_OPS=true opens it)';
  return `serves /metrics and /health on ${ops.port === 0 ? 'a free port' : opsUrl(ops.host, ops.port)}`;
}

export function opsUrl(host: string, port: number): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** Where one signal goes, for a person. */
export function targetsOf(config: Config, signal: Signal): readonly string[] {
  const { exporters, otlp } = config[signal];
  return exporters.map((exporter) => {
    switch (exporter) {
      case 'otlp':
        return `${new URL(otlp.url).origin} (${otlp.protocol})`;
      case 'otlp/stdout':
        return 'stdout (OTLP JSON lines)';
      case 'otlp_file':
        return `${config.otlpFile} (OTLP JSON lines)`;
      case 'sentry':
        return 'Sentry';
      case 'console':
        return 'the console';
    }
  });
}

function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}
