/**
 * Who is speaking: the service, this process and its host, and what the platform says about itself.
 *
 * Never the command line nor the owner of the process: both carry secrets and names. Cloud detectors only when they are
 * asked for by name, because they call addresses that do not answer elsewhere.
 */
import { randomUUID } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { arch, hostname, platform, release } from 'node:os';
import { dirname, join } from 'node:path';
import type { Attributes } from '@opentelemetry/api';
import type { Config } from '../../config/config.ts';
import type { PlatformFacts } from '../../config/facts.ts';
import { OTEL_SDK_VERSION } from '../../names/otel.ts';
import { attempt } from '../../runtime/contain.ts';
import { version } from '../../version.ts';

/** `OTEL_NODE_RESOURCE_DETECTORS` that are answered here; the others are the official packages'. */
const BUILT_IN = ['env', 'host', 'os', 'process', 'serviceinstance', 'container', 'kubernetes'] as const;
const DEFAULT_DETECTORS: readonly string[] = BUILT_IN;
const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';
/** How far up from the script a package.json is looked for. */
const MOST_FOLDERS = 12;

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
    'telemetry.sdk.language': 'nodejs',
    'telemetry.sdk.name': 'opentelemetry',
    'telemetry.sdk.version': OTEL_SDK_VERSION,
    'telemetry.distro.name': 'signalbox',
    'telemetry.distro.version': version,
    'service.name': manifest?.name ?? facts.platformName ?? 'unknown_service:node',
  };
  if (manifest?.version !== undefined) found['service.version'] = manifest.version;
  if (wanted.has('serviceinstance')) found['service.instance.id'] = randomUUID();
  if (wanted.has('host')) Object.assign(found, { 'host.name': hostname(), 'host.arch': ARCHITECTURES[arch()] ?? arch() });
  if (wanted.has('os')) Object.assign(found, { 'os.type': OS_TYPES[platform()] ?? platform(), 'os.version': release() });
  if (wanted.has('process')) {
    Object.assign(found, {
      'process.pid': process.pid,
      'process.runtime.name': 'nodejs',
      'process.runtime.version': process.versions.node,
    });
  }
  if (wanted.has('container')) Object.assign(found, detectContainer(facts));
  if (wanted.has('kubernetes')) Object.assign(found, detectKubernetes(facts));
  // The deployment's word counts more than what was found; the setting's own name more than the list's.
  Object.assign(found, config.resourceAttributes);
  if (config.environment !== undefined) found['deployment.environment.name'] = config.environment;
  if (config.commit !== undefined) found['vcs.ref.head.revision'] = config.commit;
  if (config.serviceName !== undefined) found['service.name'] = config.serviceName;
  if (config.serviceVersion !== undefined) found['service.version'] = config.serviceVersion;
  return found;
}

const ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64', arm: 'arm32', ia32: 'x86', ppc: 'ppc32' };
const OS_TYPES: Readonly<Record<string, string>> = { win32: 'windows', sunos: 'solaris' };

interface Manifest {
  readonly name?: string;
  readonly version?: string;
}

/** The application's own package.json: the nearest one with a name, upwards from the script, never a dependency's. */
function findManifest({ script, cwd }: PlatformFacts): Manifest | undefined {
  const inDependency = script !== undefined && /[\\/]node_modules[\\/]/.test(script);
  let folder = script === undefined || inDependency ? cwd : dirname(script);
  for (let up = 0; up < MOST_FOLDERS; up++) {
    const manifest = readManifest(join(folder, 'package.json'));
    if (manifest?.name !== undefined) return manifest;
    const parent = dirname(folder);
    if (parent === folder) return undefined;
    folder = parent;
  }
  return undefined;
}

/** `undefined` when none is there, when it cannot be read or is not JSON: the next one up may be. */
function readManifest(path: string): Manifest | undefined {
  return attempt(() => {
    const { name, version } = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
    return {
      ...(typeof name === 'string' && name !== '' ? { name } : {}),
      ...(typeof version === 'string' && version !== '' ? { version } : {}),
    };
  });
}

/** Looks only where a container leaves a trace of itself. */
function detectContainer({ kubernetesHost }: PlatformFacts): Attributes {
  if (platform() !== 'linux') return {};
  if (kubernetesHost === undefined && !exists('/.dockerenv') && !exists('/run/.containerenv')) return {};
  const id = containerIdIn('/proc/self/cgroup') ?? containerIdIn('/proc/self/mountinfo');
  return id === undefined ? {} : { 'container.id': id };
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
    'k8s.pod.name': podName ?? hostname(),
    ...(namespace === undefined ? {} : { 'k8s.namespace.name': namespace }),
  };
}

function readTrimmed(path: string): string | undefined {
  return attempt(() => readFileSync(path, 'utf8').trim()) || undefined;
}
