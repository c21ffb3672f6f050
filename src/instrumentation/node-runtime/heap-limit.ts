/**
 * What the old generation of the heap may grow to, which is where V8 ends the process. `heap_size_limit` is more than that: it has room
 * for the young generation as well (with `--max-old-space-size=128`, 320 MiB on Node.js 24), so that a heap that is about to burst
 * would look half empty.
 */
const FLAG = /(?:^|\s)--max[-_]old[-_]space[-_]size[= ]"?(\d+)/g;
const MIB = 1024 * 1024;

/** @returns bytes, where the flags say it; the last one counts, and those of the command line over those of NODE_OPTIONS. */
export function oldSpaceLimit(execArgv: readonly string[], nodeOptions = ''): number | undefined {
  const flags = `${nodeOptions} ${execArgv.join(' ')}`;
  const last = [...flags.matchAll(FLAG)].at(-1)?.[1];
  return last === undefined || Number(last) === 0 ? undefined : Number(last) * MIB;
}

interface Space {
  readonly space_name: string;
  readonly space_used_size: number;
}

/** What of the heap counts against the limit, from 0 to about 1. */
export function heapUtilization(
  usedBytes: number,
  limitBytes: number,
  oldLimitBytes: number | undefined,
  spaces: readonly Space[],
): number {
  if (oldLimitBytes === undefined) return usedBytes / limitBytes;
  const young = spaces.filter(({ space_name: name }) => name.startsWith('new_')).reduce((sum, space) => sum + space.space_used_size, 0);
  return (usedBytes - young) / oldLimitBytes;
}
