/** What happened before an error, kept for each request by itself. */
import { api } from '../../runtime/otel.ts';
import { attempt } from '../../runtime/contain.ts';
import { toPlain } from '../../values/plain-value.ts';
import { cleanString } from '../../values/strings.ts';
import type { Breadcrumb } from './options.ts';
import { ByScope, scopeKeyOf } from './scope-key.ts';
import { isWanted } from './sentry-state.ts';

const MOST_KEPT = 100;
const MAX_LENGTH = 1024;
// Captured, for applications and test runners replace it.
const nowMs = Date.now;

const kept = new ByScope<object[]>(() => []);

/**
 * Remember something that happened: the next errors of this request, or of the `withErrorHandler()` or `withLogContext()` that runs,
 * have it with them. The last 100 are kept. Does nothing where no errors are sent.
 */
export function addBreadcrumb(breadcrumb: Breadcrumb): void {
  if (!isWanted()) return;
  attempt(() => {
    const { message, category, level, type, data } = breadcrumb;
    const text = (value: unknown): string | undefined => (value === undefined ? undefined : cleanString(String(value), MAX_LENGTH));
    const crumbs = kept.get(scopeKeyOf(api.context.active()));
    crumbs.push({
      timestamp: nowMs() / 1000,
      message: text(message),
      category: text(category),
      level: text(level) ?? 'info',
      type: text(type),
      data: toPlain(data, MAX_LENGTH),
    });
    if (crumbs.length > MOST_KEPT) crumbs.shift();
  });
}

/** As of now. */
export function breadcrumbsOf(key: object | string | undefined): readonly object[] {
  return [...kept.get(key)];
}
