/** What the checks of settings have in common. */
export type Table = Readonly<Record<string, unknown>>;

export const isTable = (value: unknown): value is Table => typeof value === 'object' && value !== null && !Array.isArray(value);
/** As JSON; of an address, without the name and the password in it. */
export const show = (value: unknown): string => (JSON.stringify(value) ?? String(value)).replaceAll(/\/\/[^/@\s"]+@/g, '//REDACTED@');

export function unknownKeys(path: string, table: Table, keys: readonly string[]): string[] {
  return Object.keys(table).flatMap((key) =>
    keys.includes(key) ? [] : [`${path === '' ? '' : `${path}.`}${key} is no setting; there are ${keys.join(', ')}.`],
  );
}
