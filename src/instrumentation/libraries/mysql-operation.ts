/** One query or execution of mysql2: its span and its measurement, from when it is queued to its answer. */
import type { Attributes, Context, Histogram, Span, Tracer } from '@opentelemetry/api';
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
import { redactSql } from '../../redaction/redact-sql.ts';
import { monotonicMs } from '../../runtime/clock.ts';
import { attempt } from '../../runtime/contain.ts';
import { errorTypeOf, messageOf } from '../http/http-semantics.ts';
import { verbOf } from './db-client.ts';

type Callback = (this: unknown, ...args: unknown[]) => unknown;

/** What of mysql2's commands is used. */
export interface Command {
  onResult?: Callback;
  emit(event: string | symbol, ...args: unknown[]): boolean;
  prependListener(event: symbol, listener: (error: unknown) => void): unknown;
  done?(): unknown;
  /** What takes the next packet: nothing once it is over. */
  readonly next?: unknown;
  readonly _events?: object;
  readonly _rows?: readonly unknown[];
  readonly _resultIndex?: number;
  /** As it is sent; of a query with its values. */
  readonly sql?: unknown;
  readonly values?: unknown;
  /** Of a query: as it was written. */
  readonly _queryOptions?: { readonly sql?: unknown };
  /** Of an execution: shared with the command that prepares it. */
  readonly _executeOptions?: object;
  readonly statement?: { readonly query?: unknown };
  /** Of the command that prepares a statement. */
  readonly options?: object;
}

export interface Connection {
  readonly config?: Readonly<Record<string, unknown>>;
  readonly stream?: { once?(event: 'close', listener: () => void): unknown };
  format?(sql: string, values: unknown): string;
  addCommand(command: Command): unknown;
  _addCommandClosedState?(command: Command): unknown;
  readonly _fatalError?: unknown;
  readonly _protocolError?: unknown;
  _notifyError(error: unknown): unknown;
  close(): unknown;
}

/** Options of the official instrumentation that ours knows too. */
export interface Options {
  readonly maskStatement?: boolean;
  readonly maskStatementHook?: (sql: string) => string;
  readonly responseHook?: (span: Span, response: { readonly queryResults: unknown }) => void;
}

/** What operations are recorded with. */
export interface Recorder {
  readonly options: Options;
  readonly spans: Tracer;
  readonly duration: Histogram | undefined;
}

export interface Operation {
  /** Once, whatever follows. */
  end(error?: unknown): void;
  onEnd: () => void;
}

export function beginOperation(recorder: Recorder, connection: Connection, command: Command, context: Context): Operation {
  const startMs = monotonicMs();
  const { options } = recorder;
  const sql = statementOf(command);
  const verb = verbOf(sql);
  const measured = attributesOf(connection, verb);
  const attributes = { ...measured, [DB_QUERY_TEXT]: textOf(sql, connection, command, options) };
  const span = recorder.spans.startSpan(verb ?? 'mysql', { kind: CLIENT, attributes }, context);
  let isOver = false;
  const operation: Operation = {
    onEnd: () => {},
    end(error) {
      if (isOver) return;
      isOver = true;
      operation.onEnd();
      const failure = error ? failureAttributes(error) : undefined;
      if (failure !== undefined) {
        span.setAttributes(failure);
        span.setStatus({ code: STATUS_ERROR, message: messageOf(error) });
      } else if (typeof options.responseHook === 'function')
        attempt(() => options.responseHook?.(span, { queryResults: resultsOf(command) }));
      span.end();
      recorder.duration?.record((monotonicMs() - startMs) / 1000, { ...measured, ...failure });
    },
  };
  return operation;
}

/** As the callback gets them. */
function resultsOf({ _rows: rows, _resultIndex: index }: Command): unknown {
  return index === 0 ? rows?.[0] : rows;
}

function statementOf(command: Command): string {
  const sql = command._queryOptions?.sql ?? command.sql ?? command.statement?.query;
  return typeof sql === 'string' ? sql : '';
}

function attributesOf({ config = {} }: Connection, verb: string | undefined): Attributes {
  const { database, host, port, socketPath } = config;
  const attributes: Attributes = { [DB_SYSTEM_NAME]: 'mysql' };
  if (typeof database === 'string' && database !== '') attributes[DB_NAMESPACE] = database;
  if (typeof socketPath === 'string') attributes[SERVER_ADDRESS] = socketPath;
  else {
    attributes[SERVER_ADDRESS] = typeof host === 'string' ? host : 'localhost';
    const portNumber = Number(port ?? 3306);
    if (Number.isInteger(portNumber)) attributes[SERVER_PORT] = portNumber;
  }
  if (verb !== undefined) attributes[DB_OPERATION_NAME] = verb;
  return attributes;
}

function textOf(sql: string, connection: Connection, command: Command, { maskStatement, maskStatementHook }: Options): string {
  if (maskStatement !== false) {
    if (typeof maskStatementHook !== 'function') return withoutLiterals(sql);
    return attempt(() => String(maskStatementHook(sql)), withoutLiterals(sql));
  }
  if (command._queryOptions !== undefined && typeof command.sql === 'string') return command.sql;
  return (command.values === undefined ? undefined : attempt(() => connection.format?.(sql, command.values))) ?? sql;
}

/** Statements with placeholders come again and again. */
const masked = new Map<string, string>();
const MOST_MASKED = 500;
const LONGEST_MASKED = 4096;

function withoutLiterals(sql: string): string {
  const known = masked.get(sql);
  if (known !== undefined) return known;
  const text = redactSql(sql);
  if (sql.length <= LONGEST_MASKED) {
    if (masked.size === MOST_MASKED) masked.clear();
    masked.set(sql, text);
  }
  return text;
}

/** The number of the server's error, else what the client says. */
function failureAttributes(error: unknown): Attributes {
  const errno = attempt(() => (error as { errno?: unknown; sqlState?: unknown }).sqlState && (error as { errno?: unknown }).errno);
  if (typeof errno !== 'number') return { [ERROR_TYPE]: errorTypeOf(error) };
  return { [DB_RESPONSE_STATUS_CODE]: String(errno), [ERROR_TYPE]: String(errno) };
}
