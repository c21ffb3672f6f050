/**
 * One command of Redis, whichever client sends it: its span and its measurement.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/db/redis/
 */
import type { Attributes, Context, Histogram, Span, Tracer } from '@opentelemetry/api';
import {
  DB_NAMESPACE,
  DB_OPERATION_BATCH_SIZE,
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
import { errorTypeOf, messageOf } from '../http/http-semantics.ts';

/** Where a command goes, as far as the client says. */
export interface Target {
  readonly address?: unknown;
  readonly port?: unknown;
  /** Number of the database. */
  readonly database?: unknown;
}

export interface RedisCommand {
  /** As the client sends it: its case is kept. */
  readonly name: string;
  /** `MULTI get` and `PIPELINE get` for parts of a transaction or pipeline; the name where it is left out. */
  readonly operation?: string;
  /** Without the command's name. */
  readonly args: ArrayLike<unknown>;
  /** What is shown instead of the name and its first argument. */
  readonly text?: string;
  readonly batchSize?: number;
}

/** What commands are recorded with. */
export interface Recorder {
  readonly spans: Tracer;
  readonly duration: Histogram | undefined;
}

export interface RedisOperation {
  readonly span: Span;
  /** A cluster tells late which of its nodes it asks. */
  setTarget(target: Target): void;
  /** Once, whatever follows. */
  end(error?: unknown): void;
}

export function beginCommand(recorder: Recorder, command: RedisCommand, target: Target, context: Context): RedisOperation {
  const startMs = monotonicMs();
  const measured: Attributes = { [DB_SYSTEM_NAME]: 'redis', [DB_OPERATION_NAME]: command.operation ?? command.name };
  addTarget(measured, target);
  const attributes: Attributes = { ...measured, [DB_QUERY_TEXT]: command.text ?? textOf(command.name, command.args) };
  if (command.batchSize !== undefined && command.batchSize > 1) attributes[DB_OPERATION_BATCH_SIZE] = command.batchSize;
  const span = recorder.spans.startSpan(command.name, { kind: CLIENT, attributes }, context);
  let isOver = false;
  return {
    span,
    setTarget(later) {
      addTarget(measured, later);
      span.setAttributes(measured);
    },
    end(error) {
      if (isOver) return;
      isOver = true;
      const failure = error === undefined || error === null ? undefined : failureAttributes(error);
      if (failure !== undefined) {
        span.setAttributes(failure);
        span.setStatus({ code: STATUS_ERROR, message: messageOf(error) });
      }
      span.end();
      recorder.duration?.record((monotonicMs() - startMs) / 1000, { ...measured, ...failure }, context);
    },
  };
}

function addTarget(attributes: Attributes, { address, port, database }: Target): void {
  if (typeof address === 'string' && address !== '') attributes[SERVER_ADDRESS] = address;
  if (Number.isInteger(Number(port ?? undefined))) attributes[SERVER_PORT] = Number(port);
  if (Number.isInteger(Number(database ?? undefined))) attributes[DB_NAMESPACE] = String(database);
}

/** The redactor takes away what of the key is no name. Longer keys are no names either. */
const LONGEST_KEY = 256;

function textOf(name: string, args: ArrayLike<unknown>): string {
  if (args.length === 0) return name;
  const [first] = args as readonly unknown[];
  const key = typeof first === 'string' || typeof first === 'number' ? String(first).slice(0, LONGEST_KEY) : '?';
  return args.length === 1 ? `${name} ${key}` : `${name} ${key} ?`;
}

/** The first word of what a Redis server answers says which error it is: `WRONGTYPE Operation against a key …`. */
const CODE_OF_SERVER = /^[A-Z][A-Z0-9]{2,31}(?= |$)/;

function failureAttributes(error: unknown): Attributes {
  const code = CODE_OF_SERVER.exec(messageOf(error) ?? '')?.[0];
  return code === undefined ? { [ERROR_TYPE]: errorTypeOf(error) } : { [DB_RESPONSE_STATUS_CODE]: code, [ERROR_TYPE]: code };
}
