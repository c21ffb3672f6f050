/**
 * Keeps what varies without end out of the attributes of metrics: ids, addresses, messages, paths. Each different value
 * is a series that is held and sent for as long as the process lives.
 */
import { say } from '../../diagnostics/current-reporter.ts';
import type { AllowedValues } from '../../names/metrics/metric-row.ts';
import { attempt } from '../../runtime/contain.ts';

/** As the conventions say it of HTTP methods and of errors. */
export const OTHER = '_OTHER';

/** Different values of one attribute, in all metrics of the packs. */
const MAX_VALUES = 100;
const MAX_LENGTH = 80;
/** More than what a version or a date has in a row; the ids of users, chats and orders have nine and more. */
const LONG_NUMBER = /\d{9}|^\d+$/;
const UUID = /[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}/i;
const LONG_HEX = /(?=[a-f]*\d)[\da-f]{16}/i;
const LABEL = /^[\p{L}_][\p{L}\p{N}_.:/+#-]*(?: [\p{L}\p{N}_.:/+#-]+){0,2}$/u;
const CURRENCY = /^[A-Z]{3,5}$/;

const seen = new Map<string, Set<string>>();

/** `value`, or `_OTHER`, which is said once at debug; `undefined` when there is none, and for what is no route. */
export function allowedValue(key: string, allowed: AllowedValues, value: unknown): string | number | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof allowed === 'object') return typeof value === 'string' && allowed.includes(value) ? value : refuse(key);
  switch (allowed) {
    case 'route':
      return isRoute(value) ? value : undefined;
    case 'status':
      return typeof value === 'number' && Number.isInteger(value) && value >= 100 && value <= 599 ? value : undefined;
    case 'currency':
      return typeof value === 'string' && CURRENCY.test(value) ? limited(key, value) : refuse(key);
    default:
      return labelOf(key, value);
  }
}

/** A name out of code or configuration. @returns `_OTHER` for what looks otherwise, and from the 101st on. */
export function labelOf(key: string, value: unknown): string {
  if (typeof value !== 'string' || value.length > MAX_LENGTH || !LABEL.test(value)) return refuse(key);
  if (value.includes('://') || LONG_NUMBER.test(value) || UUID.test(value) || LONG_HEX.test(value)) return refuse(key);
  return limited(key, value);
}

/** The pattern of a route; a path as it was asked for has ids, or a query. */
export function isRoute(value: unknown): value is string {
  if (typeof value !== 'string' || value === '' || value.length > 256 || /[\s=&#]|:\/\/|\?(?!\/|$|\.)/.test(value)) return false;
  return value.split('/').every((segment) => !isId(segment));
}

function isId(segment: string): boolean {
  if (segment.startsWith(':')) return false;
  return LONG_NUMBER.test(segment) || UUID.test(segment) || LONG_HEX.test(segment) || segment.includes('%') || segment.includes('@');
}

/** At most 100 different ones. */
export function limited(key: string, value: string): string {
  let values = seen.get(key);
  if (values === undefined) seen.set(key, (values = new Set()));
  if (values.has(value)) return value;
  if (values.size >= MAX_VALUES) return refuse(key);
  values.add(value);
  return value;
}

const refused = new Set<string>();

/** The value is not repeated: it may be a secret. */
function refuse(key: string): string {
  if (!refused.has(key)) {
    refused.add(key);
    attempt(() =>
      say(
        'metrics.label',
        `The attribute "${key}" of a metric must be one of few names out of code, but was something else. It is recorded as "${OTHER}".`,
        key,
      ),
    );
  }
  return OTHER;
}
