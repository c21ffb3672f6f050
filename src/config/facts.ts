/** What the platform says about this process in its environment, beyond settings. */
import { attempt } from '../runtime/contain.ts';
import type { Environment } from './early.ts';

export interface PlatformFacts {
  /** The script that Node.js runs, resolved; `undefined` under `--eval`. */
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
    // Throws when the folder was removed meanwhile.
    cwd: attempt(() => process.cwd(), '/'),
    ...(script === undefined ? {} : { script }),
    ...(env['KUBERNETES_SERVICE_HOST'] === undefined ? {} : { kubernetesHost: env['KUBERNETES_SERVICE_HOST'] }),
    ...(podName === undefined ? {} : { podName }),
    ...(env['POD_NAMESPACE'] === undefined ? {} : { podNamespace: env['POD_NAMESPACE'] }),
  };
}
