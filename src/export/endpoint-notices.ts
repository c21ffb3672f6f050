/** What is said of an endpoint at which something is wrong although it answers. */

const UNITS = [
  ['days', 86_400_000],
  ['hours', 3_600_000],
  ['minutes', 60_000],
] as const;

/** @param aheadMs - how far the collector's clock is ahead of this machine's; negative when it is behind. */
export function clockNotice(origin: string, aheadMs: number): string {
  const direction = aheadMs > 0 ? 'ahead of' : 'behind';
  return `The clock of the collector at ${origin} is ${durationText(Math.abs(aheadMs))} ${direction} the clock of this machine. One of them is wrong, and times in the backend are off by as much. Set the clock of the collector or of this machine (NTP).`;
}

/** @param setting - the one that names the endpoint. */
export function ownEndpointNotice(origin: string, setting: string): string {
  return `The endpoint ${origin} is this process itself: a server of the application gets its records, and no collector does. Set ${setting} to the address of a collector, or let the application listen at another port.`;
}

/** In the largest unit of which there are two, rounded: `3 hours`, `90 minutes`. */
function durationText(ms: number): string {
  for (const [unit, unitMs] of UNITS) if (ms >= 2 * unitMs) return `${Math.round(ms / unitMs)} ${unit}`;
  return `${Math.round(ms / 1000)} seconds`;
}
