/**
 * One call of gRPC, as it is recorded on either side.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/rpc/grpc/
 */
import type { Attributes, Context, Histogram, Meter, Span, Tracer } from '@opentelemetry/api';
import {
  ERROR_TYPE,
  RPC_METHOD,
  RPC_RESPONSE_STATUS_CODE,
  RPC_STATUS_CODE,
  RPC_SYSTEM_NAME,
  SERVER_ADDRESS,
  SERVER_PORT,
} from '../../names/attributes.ts';
import { RPC_METRICS } from '../../names/metrics/rpc.ts';
import { CLIENT, SERVER, STATUS_ERROR } from '../../names/otel.ts';
import { enter } from '../../context/context-manager.ts';
import { isTracingSuppressed } from '../../context/context-keys.ts';
import { monotonicMs } from '../../runtime/clock.ts';
import { attempt } from '../../runtime/contain.ts';
import { histogramOf } from './catalogue-instruments.ts';

export type Side = 'client' | 'server';

/** As the official instrumentation has it: the name of a method in any case, a pattern, or what says whether it is meant. */
export type IgnoredMethod = string | RegExp | ((method: string) => boolean);

/** What calls are recorded with. */
export interface CallRecorder {
  readonly spans: Tracer;
  readonly durations: Readonly<Record<Side, Histogram>> | undefined;
  readonly ignored: readonly IgnoredMethod[];
  isEnabled(): boolean;
}

export interface Status {
  readonly code?: unknown;
  readonly details?: unknown;
}

export interface Call {
  readonly span: Span;
  /** Once, whatever follows. */
  end(status: Status): void;
}

/** By their numbers. */
const CODES = `OK CANCELLED UNKNOWN INVALID_ARGUMENT DEADLINE_EXCEEDED NOT_FOUND ALREADY_EXISTS PERMISSION_DENIED RESOURCE_EXHAUSTED
  FAILED_PRECONDITION ABORTED OUT_OF_RANGE UNIMPLEMENTED INTERNAL UNAVAILABLE DATA_LOSS UNAUTHENTICATED`.split(/\s+/);
/** What is the server's own fault; the others are the client's. */
const FAULTS_OF_SERVERS = new Set(['UNKNOWN', 'DEADLINE_EXCEEDED', 'UNIMPLEMENTED', 'INTERNAL', 'UNAVAILABLE', 'DATA_LOSS']);

export const UNKNOWN: Status = { code: 2 };

export function durationOfCalls(meter: Meter, side: Side): Histogram {
  return histogramOf(meter, side === 'client' ? RPC_METRICS.clientCallDuration : RPC_METRICS.serverCallDuration);
}

/** Whether a call is neither recorded nor given a context to carry on. */
export function isIgnored(recorder: CallRecorder, path: string, context: Context): boolean {
  const { ignored } = recorder;
  if (!recorder.isEnabled() || isTracingSuppressed(context)) return true;
  if (ignored.length === 0) return false;
  const method = path.slice(path.lastIndexOf('/') + 1);
  return ignored.some((pattern) => {
    if (typeof pattern === 'string') return pattern.toLowerCase() === method.toLowerCase();
    return typeof pattern === 'function' ? attempt(() => pattern(method), false) : pattern.test(method);
  });
}

/**
 * @param path - `/package.Service/Method`.
 * @param peer - attributes of the span alone.
 * @param server - `host:port` that was asked for.
 */
export function beginCall(recorder: CallRecorder, side: Side, path: string, server: string, peer: Attributes, parent: Context): Call {
  const startMs = monotonicMs();
  const name = path.replace(/^\//, '');
  const common: Attributes = { [RPC_SYSTEM_NAME]: 'grpc', [RPC_METHOD]: name };
  const address = addressOf(server);
  const span = recorder.spans.startSpan(
    `grpc.${name}`,
    { kind: side === 'client' ? CLIENT : SERVER, attributes: { ...common, ...address, ...peer } },
    parent,
  );
  let isOver = false;
  return {
    span,
    end({ code, details }) {
      if (isOver) return;
      isOver = true;
      const status = CODES[Number(code)] ?? 'UNKNOWN';
      const isError = side === 'client' ? status !== 'OK' : FAULTS_OF_SERVERS.has(status);
      const ending: Attributes = { [RPC_RESPONSE_STATUS_CODE]: status };
      if (isError) {
        ending[ERROR_TYPE] = status;
        span.setStatus({ code: STATUS_ERROR, ...(typeof details === 'string' && details !== '' ? { message: details } : {}) });
      }
      span.setAttributes({ [RPC_STATUS_CODE]: status, ...ending });
      span.end();
      // A server is called by whatever name the client likes.
      const measured = { ...common, ...(side === 'client' ? address : {}), ...ending };
      recorder.durations?.[side].record((monotonicMs() - startMs) / 1000, measured);
    },
  };
}

/**
 * `listener`, whose methods are called in `context`. They are looked up right before they are called: a function around them would stand
 * in the stack trace of what a handler throws, and of an error that nobody hears.
 */
export function followed<T extends object>(listener: T, names: readonly (keyof T & string)[], context: Context): T {
  const result = Object.create(null) as T;
  for (const name of names) {
    Object.defineProperty(result, name, {
      get() {
        const method = listener[name] as unknown;
        if (typeof method !== 'function') return method;
        enter(context);
        return method.bind(listener) as unknown;
      },
    });
  }
  return result;
}

const HOST_AND_PORT = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d+))?$/;

/** Of `dns:///host:port`, `ipv4:address:port`, `[address]:port`, `unix:/path`. */
export function addressOf(target: string): Attributes {
  const place = target.replace(/^(?:dns|ipv4|ipv6|passthrough|xds):(?:\/\/[^/]*\/)?/, '');
  const [, bracketed, host = bracketed, port] = HOST_AND_PORT.exec(place) ?? [];
  if (host === undefined) return place === '' ? {} : { [SERVER_ADDRESS]: place.replace(/^unix:(?:\/\/)?/, '') };
  return { [SERVER_ADDRESS]: host, ...(port === undefined ? {} : { [SERVER_PORT]: Number(port) }) };
}
