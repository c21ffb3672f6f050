import { attempt } from '../../runtime/contain.ts';
import { optionsOf } from '../../values/options.ts';
import { inject } from './carry-context.ts';

/**
 * `sql` with the active trace in a comment at its end, in the format of sqlcommenter, so that the log of the database names the
 * trace of a slow statement. Unchanged where no trace is active, where it has a comment already, and where it is empty.
 *
 * Each trace makes a text of its own: do not use it for prepared statements, which the server keeps by their text.
 *
 * @param tags - more to say: `{ route: '/orders', framework: 'express' }`.
 * @see https://google.github.io/sqlcommenter/spec/
 */
export function addSqlComment(sql: string, tags: Readonly<Record<string, string>> = {}): string {
  // A statement object of a client, for one.
  if (typeof sql !== 'string') return sql;
  if (/--|\/\*|^\s*$/.test(sql)) return sql;
  const { traceparent, tracestate } = inject();
  if (traceparent === undefined) return sql;
  const pairs = Object.entries({ ...optionsOf(tags), traceparent, ...(tracestate === undefined ? {} : { tracestate }) });
  const comment = pairs
    .map(([key, value]) => `${encode(key)}='${encode(attempt(() => String(value)) ?? '')}'`)
    .sort()
    .join(',');
  return `${sql.replace(/[\s;]+$/, '')} /*${comment}*/`;
}

function encode(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}
