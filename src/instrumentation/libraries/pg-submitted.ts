/** What is given to `client.query` as an object that reads the answer itself: cursors, streams, a `Query`. The official instrumentation begins a span for it that never ends. */
import type { Attributes, Histogram, Span, Tracer } from '@opentelemetry/api';
import {
  DB_NAMESPACE,
  DB_OPERATION_NAME,
  DB_QUERY_TEXT,
  DB_RESPONSE_STATUS_CODE,
  DB_SYSTEM_NAME,
  ERROR_TYPE,
  SERVER_ADDRESS,
  SERVER_PORT,
} from '../../names/attributes.ts';
import { CLIENT, STATUS_ERROR } from '../../names/otel.ts';
import { monotonicMs } from '../../runtime/clock.ts';
import { contain } from '../../runtime/contain.ts';
import { errorTypeOf, messageOf } from '../http/http-semantics.ts';
import { verbOf } from './db-client.ts';
import { replaceFunction } from './replace-function.ts';

/** What `pg` calls as the answer comes in. A stream has a cursor that does the work. */
export interface Submitted {
  submit(connection: unknown): unknown;
  readonly text?: unknown;
  readonly cursor?: { readonly text?: unknown };
  handleReadyForQuery?(connection: unknown): unknown;
  handleError?(error: unknown, connection: unknown): unknown;
}

export interface Client {
  readonly database?: unknown;
  readonly host?: unknown;
  readonly port?: unknown;
}

export interface Recorder {
  readonly tracer: Tracer;
  readonly duration: Histogram | undefined;
}

interface Operation {
  readonly span: Span;
  readonly startMs: number;
  readonly measured: Attributes;
  readonly recorder: Recorder;
}

const operations = new WeakMap<object, Operation>();

export function isSubmitted(query: unknown): query is Submitted {
  return typeof query === 'object' && query !== null && typeof (query as Partial<Submitted>).submit === 'function';
}

/** Its span ends when the connection is ready for the next one, or with its error. */
export function followSubmitted(recorder: Recorder, client: Client, query: Submitted): void {
  const text = query.text ?? query.cursor?.text;
  const verb = typeof text === 'string' ? verbOf(text) : undefined;
  const measured: Attributes = { [DB_SYSTEM_NAME]: 'postgresql' };
  if (typeof client.database === 'string') measured[DB_NAMESPACE] = client.database;
  if (typeof client.host === 'string') measured[SERVER_ADDRESS] = client.host;
  if (typeof client.port === 'number') measured[SERVER_PORT] = client.port;
  if (verb !== undefined) measured[DB_OPERATION_NAME] = verb;
  const attributes = typeof text === 'string' ? { ...measured, [DB_QUERY_TEXT]: text } : measured;
  const name = `pg.query:${[verb, measured[DB_NAMESPACE]].filter((part) => part !== undefined).join(' ')}`;
  const span = recorder.tracer.startSpan(name, { kind: CLIENT, attributes });
  operations.set(query, { span, startMs: monotonicMs(), measured, recorder });
  watchEnds(query);
}

/** On the class, once: an object of the application gets no field of ours. */
function watchEnds(query: Submitted): void {
  for (const name of ['handleReadyForQuery', 'handleError'] as const) {
    let owner: object | null = query;
    while (owner !== null && !Object.hasOwn(owner, name)) owner = Object.getPrototypeOf(owner) as object | null;
    if (owner === null) continue;
    replaceFunction(
      owner,
      name,
      (original) =>
        function (this: object, ...args: unknown[]): unknown {
          contain('ending a query of pg', () => end(this, name === 'handleError' ? args[0] : undefined));
          return Reflect.apply(original, this, args);
        },
    );
  }
}

function end(query: object, error: unknown): void {
  const operation = operations.get(query);
  if (operation === undefined) return;
  operations.delete(query);
  const { measured, recorder, span, startMs } = operation;
  const { code } = Object(error) as { code?: unknown };
  const failed: Attributes = {};
  if (error !== undefined) {
    failed[ERROR_TYPE] = typeof code === 'string' ? code : errorTypeOf(error);
    if (typeof code === 'string') failed[DB_RESPONSE_STATUS_CODE] = code;
    span.setStatus({ code: STATUS_ERROR, message: messageOf(error) });
    span.setAttributes(failed);
  }
  span.end();
  recorder.duration?.record((monotonicMs() - startMs) / 1000, { ...measured, ...failed });
}
