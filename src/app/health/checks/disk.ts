import { statfs } from 'node:fs/promises';
import type { CheckAnswer } from '../check.ts';
import { optionsOf } from '../../../values/options.ts';
import { belowLimits } from './limits.ts';

export interface DiskCheckOptions {
  /** Share of the disk. @default 0.1 */
  readonly degradedBelow?: number;
  /** @default 0.05 */
  readonly unhealthyBelow?: number;
}

/**
 * Enough of a disk is free, for a user who is not root.
 *
 * @example health.register('disk', diskCheck('/var/lib/app'), { critical: false });
 */
export function diskCheck(path = '.', options?: DiskCheckOptions): () => Promise<CheckAnswer> {
  const { degradedBelow = 0.1, unhealthyBelow = 0.05 } = optionsOf(options);
  return async () => {
    const { bavail, blocks, bsize } = await statfs(path);
    // File systems without blocks (of a container, of the kernel) are never full.
    const free = blocks === 0 ? 1 : bavail / blocks;
    const details = { free_ratio: Math.round(free * 1000) / 1000, free_bytes: bavail * bsize, total_bytes: blocks * bsize };
    return belowLimits({ value: free, what: 'of the disk is free', degraded: degradedBelow, unhealthy: unhealthyBelow, details });
  };
}
