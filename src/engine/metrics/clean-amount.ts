/** A finite number; one NaN would spoil a sum for ever. */
export function cleanAmount(value: unknown): number | undefined {
  const amount = typeof value === 'bigint' ? Number(value) : value;
  return typeof amount === 'number' && Number.isFinite(amount) ? amount : undefined;
}
