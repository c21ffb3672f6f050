/**
 * Who is speaking: the service, this process and its host, and what the platform says about itself.
 *
 * Never the command line nor the owner of the process: both carry secrets and names. Cloud detectors only when they are
 * asked for by name, because they call addresses that do not answer elsewhere.
 */
import { readFileSync, statSync } from 'node:fs';
import { arch, hostname, platform, release } from 'node:os';
import { join } from 'node:path';
import type { Attributes } from '@opentelemetry/api';
import type { Config } from '../../config/config.ts';
import type { PlatformFacts } from '../../config/facts.ts';
import { findManifest } from '../../config/manifest.ts';
import {
  CONTAINER_ID,
  DEPLOYMENT_ENVIRONMENT_NAME,
  HOST_ARCH,
  HOST_NAME,
  K8S_NAMESPACE_NAME,
  K8S_POD_NAME,
  OS_TYPE,
  OS_VERSION,
  PROCESS_PID,
  PROCESS_RUNTIME_NAME,
  PROCESS_RUNTIME_VERSION,
  SERVICE_INSTANCE_ID,
  SERVICE_NAME,
  SERVICE_VERSION,
  TELEMETRY_DISTRO_NAME,
  TELEMETRY_DISTRO_VERSION,
  TELEMETRY_SDK_LANGUAGE,
  TELEMETRY_SDK_NAME,
  TELEMETRY_SDK_VERSION,
  VCS_REF_HEAD_REVISION,
} from '../../names/attributes.ts';
import { OTEL_SDK_VERSION } from '../../names/otel.ts';
import { attempt } from '../../runtime/contain.ts';
import { version } from '../../version.ts';
import { getBuiltinModule } from '../../runtime/captured.ts';

/** `OTEL_NODE_RESOURCE_DETECTORS` that are answered here; the others are the official packages'. */
const BUILT_IN = ['env', 'host', 'os', 'process', 'serviceinstance', 'container', 'kubernetes'] as const;
const DEFAULT_DETECTORS: readonly string[] = BUILT_IN;
const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';

/** Attributes by rising precedence: what was found out, then what was set. */
export function detectResource(config: Config, facts: PlatformFacts): Attributes {
  const wanted = new Set(
    config.resourceDetectors?.includes('all')
      ? BUILT_IN
      : config.resourceDetectors?.includes('none')
        ? []
        : (config.resourceDetectors ?? DEFAULT_DETECTORS),
  );
  const manifest = config.serviceName !== undefined && config.serviceVersion !== undefined ? undefined : findManifest(facts);
  const found: Attributes = {
    [TELEMETRY_SDK_LANGUAGE]: 'nodejs',
    [TELEMETRY_SDK_NAME]: 'opentelemetry',
    [TELEMETRY_SDK_VERSION]: OTEL_SDK_VERSION,
    [TELEMETRY_DISTRO_NAME]: 'signalbox',
    [TELEMETRY_DISTRO_VERSION]: version,
    [SERVICE_NAME]: manifest?.name ?? facts.platformName ?? 'unknown_service:node',
  };
  if (manifest?.version !== undefined) found[SERVICE_VERSION] = manifest.version;
  if (wanted.has('serviceinstance')) found[SERVICE_INSTANCE_ID] = randomId();
  if (wanted.has('host')) Object.assign(found, { [HOST_NAME]: hostname(), [HOST_ARCH]: ARCHITECTURES[arch()] ?? arch() });
  if (wanted.has('os')) Object.assign(found, { [OS_TYPE]: OS_TYPES[platform()] ?? platform(), [OS_VERSION]: release() });
  if (wanted.has('process')) {
    Object.assign(found, {
      [PROCESS_PID]: process.pid,
      [PROCESS_RUNTIME_NAME]: 'nodejs',
      [PROCESS_RUNTIME_VERSION]: process.versions.node,
    });
  }
  if (wanted.has('container')) Object.assign(found, detectContainer(facts));
  if (wanted.has('kubernetes')) Object.assign(found, detectKubernetes(facts));
  // What was set wins over what was found, and a setting of its own over OTEL_RESOURCE_ATTRIBUTES.
  Object.assign(found, config.resourceAttributes);
  if (config.environment !== undefined) found[DEPLOYMENT_ENVIRONMENT_NAME] = config.environment;
  if (config.commit !== undefined) found[VCS_REF_HEAD_REVISION] = config.commit;
  if (config.serviceName !== undefined) found[SERVICE_NAME] = config.serviceName;
  if (config.serviceVersion !== undefined) found[SERVICE_VERSION] = config.serviceVersion;
  return found;
}

const ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64', arm: 'arm32', ia32: 'x86', ppc: 'ppc32' };
const OS_TYPES: Readonly<Record<string, string>> = { win32: 'windows', sunos: 'solaris' };

/** Looks only where a container leaves a trace of itself. */
function detectContainer({ kubernetesHost }: PlatformFacts): Attributes {
  if (platform() !== 'linux') return {};
  if (kubernetesHost === undefined && !exists('/.dockerenv') && !exists('/run/.containerenv')) return {};
  const id = containerIdIn('/proc/self/cgroup') ?? containerIdIn('/proc/self/mountinfo');
  return id === undefined ? {} : { [CONTAINER_ID]: id };
}

/** `existsSync` throws where `--permission` does not allow the path. */
function exists(path: string): boolean {
  return attempt(() => statSync(path, { throwIfNoEntry: false }) !== undefined, false);
}

function containerIdIn(path: string): string | undefined {
  const text = readTrimmed(path) ?? '';
  // cgroup v1 and v2 name the container in the path; mountinfo shows it behind `containers/` of the runtime's folder.
  return /(?:^|[/:-])([0-9a-f]{64})(?:\.scope)?\s*$/m.exec(text)?.[1] ?? /\/containers\/([0-9a-f]{64})\//.exec(text)?.[1];
}

function detectKubernetes({ kubernetesHost, podName, podNamespace }: PlatformFacts): Attributes {
  if (kubernetesHost === undefined) return {};
  const namespace = podNamespace ?? readTrimmed(join(SERVICE_ACCOUNT, 'namespace'));
  return {
    [K8S_POD_NAME]: podName ?? hostname(),
    ...(namespace === undefined ? {} : { [K8S_NAMESPACE_NAME]: namespace }),
  };
}

function readTrimmed(path: string): string | undefined {
  return attempt(() => readFileSync(path, 'utf8').trim()) || undefined;
}

/** Of Linux, which has one in a file: `node:crypto` brings thirty modules with it, and many processes need none of them. */
function randomId(): string {
  const id = readTrimmed('/proc/sys/kernel/random/uuid');
  return id !== undefined && /^[\da-f-]{36}$/.test(id) ? id : getBuiltinModule('node:crypto').randomUUID();
}
