import type { CheckAnswer } from '../check.ts';
import { numberOr } from './client.ts';

/**
 * All migrations are applied.
 *
 * @param pending - answers how many are not: a number, a list of their names, or the result of a query whose first column of the
 *   first row is the number; `true` stands for none.
 * @example health.register('migrations', migrationsCheck(async () => (await knex.migrate.list())[1]));
 * @example health.register('migrations', migrationsCheck(() => pool.query('SELECT count(*) FROM migrations WHERE finished_at IS NULL')));
 */
export function migrationsCheck(pending: () => unknown): () => Promise<CheckAnswer> {
  return async () => {
    const answer = await pending();
    const count = pendingIn(answer);
    if (count === undefined) return { status: 'unhealthy', error: 'it cannot be told from the answer how many migrations are pending' };
    const names = isListOfNames(answer) ? { names: answer.slice(0, 20) } : {};
    const details = { pending: count, ...names };
    return count === 0 ? { details } : { status: 'unhealthy', details, error: `${count} migrations are not applied` };
  };
}

function pendingIn(answer: unknown): number | undefined {
  if (typeof answer === 'boolean') return answer ? 0 : 1;
  if (typeof answer === 'number' || typeof answer === 'bigint') return Number(answer);
  const rows = (answer as { rows?: unknown } | null)?.rows ?? answer;
  if (!Array.isArray(rows)) return undefined;
  // Names, objects of a migration library, or the rows of a query: those have one column.
  const [first] = rows as unknown[];
  const row = Array.isArray(first) ? (first as unknown[])[0] : first;
  const columns = typeof row === 'object' && row !== null ? Object.values(row) : [];
  const counted = columns.length === 1 ? numberOr(columns[0]) : undefined;
  return counted ?? rows.length;
}

function isListOfNames(answer: unknown): answer is string[] {
  return Array.isArray(answer) && answer.length > 0 && answer.every((name) => typeof name === 'string');
}
