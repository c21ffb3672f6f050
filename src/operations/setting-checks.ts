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

/** What a value must be; `undefined` says that it is. */
export type Check = (value: unknown) => string | undefined;

export const text: Check = (value) => (typeof value === 'string' && value !== '' ? undefined : 'text');
export const address: Check = (value) => {
  if (typeof value !== 'string' || !/^https?:\/\/\S+$/.test(value) || !URL.canParse(value))
    return 'an address that begins with http:// or https://';
  const { password, username } = new URL(value);
  return username === '' && password === ''
    ? undefined
    : 'an address without a name and a password, which a file must hold (urlFile, tokenFile)';
};
