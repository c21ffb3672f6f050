/** What the platform says about this process in its environment, beyond settings. */
import type { Environment } from './early.ts';

export interface PlatformFacts {
  /** The script that Node.js was told to run, resolved; `undefined` under `--eval`. */
  readonly script?: string;
  readonly cwd: string;
  /** Set in every Kubernetes pod. */
  readonly kubernetesHost?: string;
  readonly podName?: string;
  readonly podNamespace?: string;
}

export function readFacts(env: Environment, script: string | undefined): PlatformFacts {
  const podName = env['POD_NAME'] ?? (env['KUBERNETES_SERVICE_HOST'] === undefined ? undefined : env['HOSTNAME']);
  return {
    cwd: workingFolder(),
    ...(script === undefined ? {} : { script }),
    ...(env['KUBERNETES_SERVICE_HOST'] === undefined ? {} : { kubernetesHost: env['KUBERNETES_SERVICE_HOST'] }),
    ...(podName === undefined ? {} : { podName }),
    ...(env['POD_NAMESPACE'] === undefined ? {} : { podNamespace: env['POD_NAMESPACE'] }),
  };
}

/** Throws when the folder was removed meanwhile. */
function workingFolder(): string {
  try {
    return process.cwd();
  } catch {
    return '/';
  }
}
