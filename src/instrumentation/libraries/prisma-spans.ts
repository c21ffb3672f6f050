/** Which of Prisma's steps have a span, and what it says. */
import { performance } from 'node:perf_hooks';
import type { Attributes, Context, Histogram, Link, Span, SpanKind, Tracer } from '@opentelemetry/api';
import {
  DB_COLLECTION_NAME,
  DB_OPERATION_NAME,
  DB_QUERY_TEXT,
  DB_RESPONSE_STATUS_CODE,
  DB_SYSTEM_NAME,
  ERROR_TYPE,
} from '../../names/attributes.ts';
import { CLIENT, INTERNAL, STATUS_ERROR } from '../../names/otel.ts';
import { contain } from '../../runtime/contain.ts';
import { errorTypeOf, messageOf, textOf } from '../http/http-semantics.ts';
import { isLoaded } from '../loading/loaded-names.ts';
import { verbOf } from './db-client.ts';

/** What the client passes; see `ExtendedSpanOptions` of its contract. */
export interface SpanOptions {
  readonly name: string;
  readonly attributes?: Attributes;
  readonly links?: Link[];
  readonly context?: Context;
  /** Whether the span is current in the callback; default is `true`. */
  readonly active?: boolean;
}

export interface Recorder {
  readonly spans: Tracer;
  readonly duration: Histogram;
}

export interface Described {
  readonly name: string;
  readonly kind: SpanKind;
  readonly attributes: Attributes;
  readonly links?: Link[];
}

export interface PrismaSpan {
  readonly span: Span;
  end(): void;
  fail(error: unknown): void;
}

/** Whose spans are those of the queries of a system, where an adapter uses the driver. */
const DRIVERS: Readonly<Record<string, string>> = { postgresql: 'pg', 'microsoft.sql_server': 'tedious' };
/** Prisma's names of systems that have another one in the conventions. */
const SYSTEMS: Readonly<Record<string, string>> = {
  postgres: 'postgresql',
  sqlserver: 'microsoft.sql_server',
  mssql: 'microsoft.sql_server',
};
/** Prisma's own code of an error: `P2002`. */
const ERROR_CODE = /^P\d{4}$/;

/** What a step of the client is recorded as; `undefined` for one that has no span. */
export function describe({ attributes = {}, links, name }: SpanOptions, options: object): Described | undefined {
  if (isIgnored(`prisma:client:${name}`, options)) return undefined;
  const linked = links === undefined ? {} : { links };
  if (name === 'transaction') return { name: 'transaction', kind: INTERNAL, attributes: { [DB_OPERATION_NAME]: 'transaction' }, ...linked };
  if (name === 'operation') return { ...describeOperation(attributes), ...linked };
  if (name !== 'db_query') return undefined;
  const described = describeQuery(attributes);
  const driver = DRIVERS[String(described.attributes[DB_SYSTEM_NAME])];
  return driver !== undefined && isLoaded(driver) ? undefined : { ...described, ...linked };
}

function describeOperation({ method, model }: Attributes): Described {
  const attributes: Attributes = {};
  if (typeof method === 'string') attributes[DB_OPERATION_NAME] = method;
  if (typeof model === 'string') attributes[DB_COLLECTION_NAME] = model;
  const name = Object.values(attributes).join(' ');
  return { name: name === '' ? 'prisma' : name, kind: INTERNAL, attributes };
}

/** A query, of the client or of an engine. */
export function describeQuery(given: Attributes): Described {
  const text = given[DB_QUERY_TEXT] ?? given['db.statement'];
  const system = String(given[DB_SYSTEM_NAME] ?? given['db.system'] ?? 'other_sql');
  const attributes: Attributes = { [DB_SYSTEM_NAME]: SYSTEMS[system] ?? system };
  const verb = typeof text === 'string' ? verbOf(text) : undefined;
  if (typeof text === 'string') attributes[DB_QUERY_TEXT] = text;
  if (verb !== undefined) attributes[DB_OPERATION_NAME] = verb;
  return { name: verb ?? String(attributes[DB_SYSTEM_NAME]), kind: CLIENT, attributes };
}

/** By the option of the official instrumentation. */
export function isIgnored(name: string, options: object): boolean {
  const { ignoreSpanTypes } = options as { ignoreSpanTypes?: unknown };
  if (!Array.isArray(ignoreSpanTypes)) return false;
  return ignoreSpanTypes.some((pattern) => (pattern instanceof RegExp ? name.search(pattern) !== -1 : pattern === name));
}

export function beginSpan(recorder: Recorder, described: Described, context: Context): PrismaSpan {
  const { name, ...options } = described;
  const span = recorder.spans.startSpan(name, options, context);
  const startMs = performance.now();
  function end(failure: Attributes = {}): void {
    if (described.kind === CLIENT) recordDuration(recorder, described.attributes, (performance.now() - startMs) / 1000, context, failure);
    span.end();
  }
  return {
    span,
    end: () => void contain('ending an operation of Prisma', end),
    fail: (error) => void contain('ending an operation of Prisma', () => end(recordFailure(span, error))),
  };
}

/** @param seconds - how long it took. */
export function recordDuration(
  { duration }: Recorder,
  { [DB_QUERY_TEXT]: _text, ...labels }: Attributes,
  seconds: number,
  context: Context,
  failure: Attributes = {},
): void {
  duration.record(seconds, { ...labels, ...failure }, context);
}

/**
 * No exception event: who reads the stack of an error takes away the line that Node.js shows where nobody handles it.
 *
 * @returns what the metric says of it.
 */
function recordFailure(span: Span, error: unknown): Attributes {
  const code = textOf(error, 'code');
  const type = ERROR_CODE.test(code) ? code : errorTypeOf(error);
  if (type === code) span.setAttribute(DB_RESPONSE_STATUS_CODE, code);
  span.setAttribute(ERROR_TYPE, type);
  span.setStatus({ code: STATUS_ERROR, message: lastLine(messageOf(error)) });
  return { [ERROR_TYPE]: type };
}

/** Before it, a message shows the call in the source text and its arguments. */
function lastLine(message: string): string {
  return message.trimEnd().split('\n').at(-1)?.trim() ?? '';
}
