/** What the answer of a check means. Policy only: whatever it is, nothing is thrown. */
import { attempt } from '../../runtime/contain.ts';
import { read } from '../../values/read-properties.ts';
import type { HealthStatus } from './check.ts';

export interface Outcome {
  readonly status: HealthStatus;
  readonly details?: unknown;
  readonly error?: unknown;
}

/** Words for a status that clients of well-known servers answer with. */
const WORDS: Readonly<Record<string, HealthStatus>> = {
  healthy: 'healthy',
  pass: 'healthy',
  ok: 'healthy',
  up: 'healthy',
  green: 'healthy',
  degraded: 'degraded',
  warn: 'degraded',
  yellow: 'degraded',
  unhealthy: 'unhealthy',
  fail: 'unhealthy',
  error: 'unhealthy',
  down: 'unhealthy',
  red: 'unhealthy',
};

const FIRST_HTTP_ERROR = 400;

/**
 * - nothing, `true`, and what knows no status (the result of a query) is healthy; `false` is unhealthy;
 * - a word is a status; of an object its `status` is, a word or that of an HTTP response, and `ok: false` is a failure;
 * - a word that is not known is degraded, for a misspelling must neither hide a failure nor take a service away.
 */
export function outcomeOf(answer: unknown): Outcome {
  if (answer === false) return { status: 'unhealthy', error: 'the check answered false' };
  if (typeof answer === 'string') return outcomeOfWord(answer);
  // A proxy may throw at every look.
  if (typeof answer === 'object' && answer !== null)
    return attempt(() => outcomeOfObject(answer), { status: 'degraded', error: 'the answer of the check cannot be read' } as const);
  return { status: 'healthy' };
}

/** What a check threw or rejected with. */
export function failureOf(error: unknown): Outcome {
  return { status: 'unhealthy', error };
}

function outcomeOfObject(answer: object): Outcome {
  if (Array.isArray(answer)) return { status: 'healthy' };
  const status = read(answer, 'status');
  const given = { details: read(answer, 'details'), error: read(answer, 'error') };
  if (typeof status === 'string') return withGiven(outcomeOfWord(status), given);
  if (typeof status === 'number' && status >= FIRST_HTTP_ERROR)
    return withGiven({ status: 'unhealthy', error: `HTTP status ${status}` }, given);
  if (read(answer, 'ok') === false) return withGiven({ status: 'unhealthy', error: 'the check answered ok: false' }, given);
  return withGiven({ status: 'healthy' }, given);
}

function withGiven(outcome: Outcome, { details, error }: { details: unknown; error: unknown }): Outcome {
  // The result of a query may have a field of that name.
  const isObject = typeof details === 'object' && details !== null;
  return {
    ...outcome,
    ...(isObject && { details }),
    ...(error !== undefined && error !== null && outcome.status !== 'healthy' && { error }),
  };
}

function outcomeOfWord(word: string): Outcome {
  const status = Object.hasOwn(WORDS, word.toLowerCase()) ? WORDS[word.toLowerCase()] : undefined;
  if (status !== undefined) return { status };
  return { status: 'degraded', error: `the status of a check must be healthy, degraded or unhealthy, got "${word.slice(0, 40)}"` };
}

/** The weakest of all: a failed check that is not critical leaves the service degraded. */
export function overallStatus(results: Iterable<{ readonly status: HealthStatus; readonly critical: boolean }>): HealthStatus {
  let overall: HealthStatus = 'healthy';
  for (const { status, critical } of results) {
    if (status === 'unhealthy' && critical) return 'unhealthy';
    if (status !== 'healthy') overall = 'degraded';
  }
  return overall;
}
