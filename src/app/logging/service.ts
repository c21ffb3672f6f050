/** The service as it stands in lines: what telemetry knows when it runs, otherwise what is set or stands in package.json. */
import { readFacts } from '../../config/facts.ts';
import type { LoggingConfig } from '../../config/logging-config.ts';
import { findManifest } from '../../config/manifest.ts';
import { telemetryState, type ServiceIdentity } from '../../runtime/end-work.ts';
import { cleanString } from '../../values/strings.ts';
import { quote } from './json-text.ts';

export interface Service extends ServiceIdentity {
  /** A part of each line. */
  readonly json: string;
  readonly ecs: string;
}

const MAX_LENGTH = 64;

export function createServiceReader(config: LoggingConfig): () => Service {
  let from: ServiceIdentity | undefined;
  let service = render(identityOf(config));
  return () => {
    if (telemetryState.service !== undefined && telemetryState.service !== from) {
      from = telemetryState.service;
      service = render(from);
    }
    return service;
  };
}

function identityOf({ serviceName, serviceVersion, environment }: LoggingConfig): ServiceIdentity {
  const manifest = serviceName === undefined ? findManifest(readFacts({}, process.argv[1])) : undefined;
  return { name: serviceName ?? manifest?.name ?? 'unknown_service:node', version: serviceVersion ?? manifest?.version, environment };
}

function render(identity: ServiceIdentity): Service {
  const part = (key: string, value: string | undefined): string =>
    value === undefined ? '' : `,"${key}":${quote(cleanString(value, MAX_LENGTH))}`;
  const name = part('service.name', identity.name);
  const ecs = name + part('service.version', identity.version) + part('service.environment', identity.environment);
  return { ...identity, json: name, ecs };
}
