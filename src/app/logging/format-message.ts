/** `logger.info('%s is %d', name, age)`: as `util.format` does it, of values that may throw and be of any size. */
import { inspectPlain } from './inspect-plain.ts';

const TOKEN = /%[sdifjoOc%]/g;

export interface FormattedMessage {
  readonly text: string;
  /** How many of the arguments stand in it. */
  readonly used: number;
}

/** @param maxLength - of the text of each argument. */
export function formatMessage(template: string, args: readonly unknown[], maxLength: number): FormattedMessage {
  let used = 0;
  const text = template.replace(TOKEN, (token) => {
    if (token === '%%') return '%';
    if (used >= args.length) return token;
    const value = args[used++];
    switch (token) {
      case '%d':
      case '%i':
      case '%f':
        return formatNumber(value, token === '%i');
      case '%c':
        return '';
      default:
        return inspectPlain(value, maxLength);
    }
  });
  return { text, used };
}

function formatNumber(value: unknown, isInteger: boolean): string {
  if (typeof value === 'bigint') return inspectPlain(value, 64);
  const number = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? Number(value) : NaN;
  return String(isInteger ? Math.trunc(number) : number);
}
