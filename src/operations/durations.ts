/** Seconds, as Prometheus writes them. */
const UNITS = [
  ['w', 604_800],
  ['d', 86_400],
  ['h', 3600],
  ['m', 60],
  ['s', 1],
] as const;

/** `90` is `1m30s`, `604800` is `1w`, `0` is `0s`. Fractions are rounded up. */
export function formatDuration(seconds: number): string {
  let rest = Math.ceil(seconds);
  let text = '';
  for (const [unit, size] of UNITS) {
    const many = Math.floor(rest / size);
    // 30 days are written so, not as 4w2d.
    if (many === 0 || (unit === 'w' && rest % size !== 0)) continue;
    text += `${many}${unit}`;
    rest -= many * size;
  }
  return text === '' ? '0s' : text;
}

/** @returns `undefined` for what Prometheus does not take as a duration. */
export function parseDuration(text: string): number | undefined {
  const match = /^(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$/.exec(text);
  if (match === null || text === '') return undefined;
  return UNITS.reduce((sum, [, size], i) => sum + Number(match[i + 1] ?? 0) * size, 0);
}
