/** Who the service says that it is. */
import type { Config } from './config.ts';
import { optional, type Found, type SettingsReader } from './read-settings.ts';
import { readTextFile, readValue } from './read-value.ts';
import type { Setting } from './settings.ts';

/** Attributes that have a field of their own stand only there. */
export function readIdentity(
  reader: SettingsReader,
): Pick<Config, 'serviceName' | 'serviceVersion' | 'environment' | 'commit' | 'resourceAttributes'> {
  let fromEnvironment: Record<string, string> = {};
  let fromCode: Record<string, string> = {};
  for (const { label, setting, value } of reader.layers('OTEL_RESOURCE_ATTRIBUTES')) {
    const said = withoutEmptyIdentity(value as Record<string, string>);
    if (label === setting.name) fromEnvironment = said;
    else fromCode = said;
  }
  const {
    'service.name': name,
    'service.version': version,
    'deployment.environment.name': environment,
    'vcs.ref.head.revision': commit,
    ...resourceAttributes
  } = { ...fromEnvironment, ...fromCode };
  const service = reader.find('OTEL_SERVICE_NAME');
  const place = reader.find('ENVIRONMENT');
  return {
    // The specification: OTEL_SERVICE_NAME wins over the list. ENVIRONMENT and GIT_COMMIT may be anybody's: the list wins.
    ...optional('serviceName', inCode(service) ?? fromCode['service.name'] ?? textOf(service) ?? name),
    ...optional('serviceVersion', readServiceVersion(reader) ?? version),
    ...optional('environment', inCode(place) ?? environment ?? textOf(place)),
    ...optional('commit', commit ?? textOf(reader.find('GIT_COMMIT'))),
    resourceAttributes,
  };
}

const IDENTITY = new Set(['service.name', 'service.version', 'deployment.environment.name', 'vcs.ref.head.revision']);

/** `service.name=` says as little about the name as nothing. */
function withoutEmptyIdentity(attributes: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(attributes).filter(([key, value]) => value.trim() !== '' || !IDENTITY.has(key)));
}

function textOf(found: Found | undefined): string | undefined {
  return found?.value as string | undefined;
}

function inCode(found: Found | undefined): string | undefined {
  return found && found.label !== found.setting.name ? textOf(found) : undefined;
}

const SERVICE_VERSION: Setting = { name: 'serviceVersion', group: 'general', type: 'text', meaning: '' };

function readServiceVersion(reader: SettingsReader): string | undefined {
  const said = reader.option('serviceVersion');
  if (said === undefined) return undefined;
  const { value, wrong } = readValue(said, SERVICE_VERSION, readTextFile);
  if (wrong) reader.report(wrong.code, 'serviceVersion', `serviceVersion ${wrong.must}, got ${wrong.got}. It is ignored.`);
  return value as string | undefined;
}
