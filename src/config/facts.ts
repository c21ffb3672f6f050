/** What the platform says about this process in its environment, beyond settings. */
import { attempt } from '../runtime/contain.ts';
import type { Environment } from './early.ts';

export interface PlatformFacts {
  /** The script that Node.js runs, resolved; `undefined` under `--eval`. */
  readonly script?: string;
  readonly cwd: string;
  /** What a platform that runs functions or services calls this one. */
  readonly platformName?: string;
  /** Set in every Kubernetes pod. */
  readonly kubernetesHost?: string;
  readonly podName?: string;
  readonly podNamespace?: string;
}

/** Of AWS Lambda, Google Cloud Run and its functions, Azure App Service and its functions. */
const PLATFORM_NAMES = ['AWS_LAMBDA_FUNCTION_NAME', 'K_SERVICE', 'WEBSITE_SITE_NAME'] as const;

export function readFacts(env: Environment, script: string | undefined): PlatformFacts {
  const podName = env['POD_NAME'] ?? (env['KUBERNETES_SERVICE_HOST'] === undefined ? undefined : env['HOSTNAME']);
  const platformName = PLATFORM_NAMES.map((name) => env[name]).find((value) => value !== undefined && value !== '');
  return {
    // Throws when the folder was removed meanwhile.
    cwd: attempt(() => process.cwd(), '/'),
    ...(script === undefined ? {} : { script }),
    ...(platformName === undefined ? {} : { platformName }),
    ...(env['KUBERNETES_SERVICE_HOST'] === undefined ? {} : { kubernetesHost: env['KUBERNETES_SERVICE_HOST'] }),
    ...(podName === undefined ? {} : { podName }),
    ...(env['POD_NAMESPACE'] === undefined ? {} : { podNamespace: env['POD_NAMESPACE'] }),
  };
}
