/**
 * The redactor for those who need it after the start: its tables and patterns take a third of what a start compiles, so they are
 * loaded when there is something to redact, or to configure.
 */
import { loadPart } from '../runtime/load-part.ts';
import type { RedactionOptions } from './configure-redaction.ts';

type Redactor = Pick<typeof import('./redact-attribute.ts'), 'redactAttribute'> &
  Pick<typeof import('./redact-text.ts'), 'redactText'> &
  Pick<typeof import('./redact-url.ts'), 'redactUrl'>;

let redactor: Redactor | undefined;

/** Load it, so that the first record has not to wait for it. */
export function loadRedactor(): Redactor {
  return (redactor ??= {
    ...loadPart<typeof import('./redact-attribute.ts')>(import.meta.url, './redact-attribute'),
    ...loadPart<typeof import('./redact-text.ts')>(import.meta.url, './redact-text'),
    ...loadPart<typeof import('./redact-url.ts')>(import.meta.url, './redact-url'),
  });
}

/** See `configure-redaction.ts`, which is not loaded where nothing is added. */
export function configureRedactor(options: RedactionOptions): void {
  if (redactor === undefined && options.keep.length === 0 && options.also.length === 0) return;
  loadPart<typeof import('./configure-redaction.ts')>(import.meta.url, './configure-redaction').configureRedaction(options);
}

export const redactAttribute: Redactor['redactAttribute'] = (key, value) => (redactor ?? loadRedactor()).redactAttribute(key, value);
export const redactText: Redactor['redactText'] = (...args) => (redactor ?? loadRedactor()).redactText(...args);
export const redactUrl: Redactor['redactUrl'] = (...args) => (redactor ?? loadRedactor()).redactUrl(...args);
