/** One query of pg: its span and its measurement, from when it is queued to when the client is ready for the next one. */
import type { Attributes, Context, Histogram, Tracer } from '@opentelemetry/api';
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
import { errorTypeOf, messageOf } from '../http/http-semantics.ts';
import { verbOf } from './db-client.ts';
import type { Operation, Query } from './pg-query-context.ts';

export interface Client {
  readonly database?: unknown;
  readonly host?: unknown;
  readonly port?: unknown;
  readonly _queryQueue?: readonly Query[];
  /** Of older releases. Newer ones warn who reads it. */
  readonly queryQueue?: readonly Query[];
}

export interface Recorder {
  readonly spans: Tracer;
  readonly duration: Histogram | undefined;
}

export function beginQuery(recorder: Recorder, client: Client, query: Query, context: Context): Operation {
  const startMs = monotonicMs();
  const text = query.text ?? query.cursor?.text;
  const verb = typeof text === 'string' ? verbOf(text) : undefined;
  const measured = attributesOf(client, verb);
  const attributes = typeof text === 'string' ? { ...measured, [DB_QUERY_TEXT]: text } : measured;
  // The name of a prepared statement is one of few.
  const what = typeof query.name === 'string' && query.name !== '' ? query.name : verb;
  const name = `pg.query:${[what, measured[DB_NAMESPACE]].filter((part) => part !== undefined).join(' ')}`;
  const span = recorder.spans.startSpan(name, { kind: CLIENT, attributes }, context);
  return {
    end(error) {
      const failed = error === undefined ? undefined : failureAttributes(error);
      if (failed !== undefined) {
        span.setAttributes(failed);
        span.setStatus({ code: STATUS_ERROR, message: messageOf(error) });
      }
      span.end();
      recorder.duration?.record((monotonicMs() - startMs) / 1000, { ...measured, ...failed });
    },
  };
}

function attributesOf({ database, host, port }: Client, verb: string | undefined): Attributes {
  const attributes: Attributes = { [DB_SYSTEM_NAME]: 'postgresql' };
  if (typeof database === 'string') attributes[DB_NAMESPACE] = database;
  if (typeof host === 'string') attributes[SERVER_ADDRESS] = host;
  if (typeof port === 'number') attributes[SERVER_PORT] = port;
  if (verb !== undefined) attributes[DB_OPERATION_NAME] = verb;
  return attributes;
}

/** The server's code, else what the client says. */
function failureAttributes(error: unknown): Attributes {
  const { code } = Object(error) as { code?: unknown };
  return typeof code === 'string' ? { [DB_RESPONSE_STATUS_CODE]: code, [ERROR_TYPE]: code } : { [ERROR_TYPE]: errorTypeOf(error) };
}
