import { attempt } from '../runtime/contain.ts';

/** What an error says, as part of a sentence: one line, without the full stop that follows it there. */
export function errorText(error: unknown): string {
  return attempt(() => {
    const text = error instanceof Error ? error.message || error.name : String(error);
    return text.replace(/\s+/g, ' ').trim().replace(/\.+$/, '');
  }, 'an error that cannot be shown');
}
