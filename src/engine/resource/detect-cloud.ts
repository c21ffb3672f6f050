/**
 * What a cloud says about the machine, only when it is asked for by name in `OTEL_NODE_RESOURCE_DETECTORS`: these
 * detectors call addresses that answer in that cloud alone, and may wait for them.
 */
import type { Attributes } from '@opentelemetry/api';
import type { DetectedResourceAttributes, ResourceDetector } from '@opentelemetry/resources';
import { UNTRACED } from '../../context/context-keys.ts';
import { api, requireBundled } from '../../runtime/otel.ts';
import { clearTimeout, setTimeout } from '../../runtime/captured.ts';

const DETECTORS: Readonly<Record<string, readonly [packageName: string, ...exports: string[]]>> = {
  alibaba: ['@opentelemetry/resource-detector-alibaba-cloud', 'alibabaCloudEcsDetector'],
  aws: [
    '@opentelemetry/resource-detector-aws',
    'awsBeanstalkDetector',
    'awsEc2Detector',
    'awsEcsDetector',
    'awsEksDetector',
    'awsLambdaDetector',
  ],
  azure: [
    '@opentelemetry/resource-detector-azure',
    'azureAppServiceDetector',
    'azureAksDetector',
    'azureContainerAppsDetector',
    'azureFunctionsDetector',
    'azureVmDetector',
  ],
  gcp: ['@opentelemetry/resource-detector-gcp', 'gcpDetector'],
};
/** The first export does not wait longer for a cloud that does not answer. */
const MOST_MS = 1000;

/**
 * Add to `attributes` what the detectors named in `wanted` find; what is there already stays.
 *
 * @returns when all have answered or failed, or after a second; `undefined` when none is wanted. Never rejects.
 */
export function detectCloud(wanted: readonly string[] | undefined, attributes: Attributes): Promise<void> | undefined {
  const names = Object.keys(DETECTORS).filter((name) => wanted?.includes(name) || wanted?.includes('all'));
  if (names.length === 0) return undefined;
  return api.context.with(UNTRACED, () => {
    const found = names.flatMap(loadDetectors).map((detector) => addFound(detector, attributes));
    return new Promise<void>((resolve) => {
      const limit = setTimeout(resolve, MOST_MS);
      limit.unref();
      void Promise.allSettled(found).then(() => {
        clearTimeout(limit);
        resolve();
      });
    });
  });
}

function loadDetectors(name: string): ResourceDetector[] {
  const [packageName, ...exports] = DETECTORS[name] as readonly [string, ...string[]];
  const loaded = requireBundled(packageName) as Readonly<Record<string, ResourceDetector | undefined>>;
  return exports.map((each) => loaded[each]).filter((detector) => detector !== undefined);
}

async function addFound(detector: ResourceDetector, attributes: Attributes): Promise<void> {
  const found: DetectedResourceAttributes = detector.detect().attributes ?? {};
  await Promise.all(
    Object.entries(found).map(async ([key, value]) => {
      const settled = await value;
      if (settled !== undefined) attributes[key] ??= settled;
    }),
  );
}
