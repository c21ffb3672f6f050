/** What a Node.js gets instead of `signalbox` when it cannot load it: Node 18 and 20, or one with --no-experimental-require-module. */
import type * as signalbox from './index.ts' with { 'resolution-mode': 'import' };

export type {
  Carrier,
  InjectOptions,
  MessageSpanOptions,
  OpsHandler,
  OpsHandlerOptions,
  OpsServer,
  OpsServerOptions,
  SpanAttributes,
  SpanLink,
  SpanOptions,
  SpanReference,
  StartOptions,
  StartSpanOptions,
  Telemetry,
  TracedDecorator,
  TracedOptions,
  TraceIds,
} from './index.ts' with { 'resolution-mode': 'import' };

/** Starts nothing, which is said in one line, and returns a handle that does nothing. */
export declare const startTelemetry: typeof signalbox.startTelemetry;
/** Opens nothing. */
export declare const startOpsServer: typeof signalbox.startOpsServer;
/** Passes everything on; answers 404 where there is nothing else. */
export declare const opsHandler: typeof signalbox.opsHandler;

exports.startTelemetry = () => {
  require('./too-old.cjs'); // says it when it is first loaded, as it does in the place of the preload
  return { flush: async () => {}, shutdown: async () => {} };
};

exports.startOpsServer = () => {
  require('./too-old.cjs');
  return { url: undefined, ready: Promise.resolve(), close: async () => {} };
};

exports.opsHandler = () => {
  require('./too-old.cjs');
  return (_first: unknown, second: unknown, next: unknown) => {
    const pass = [next, second].find((each) => typeof each === 'function') as (() => unknown) | undefined;
    const response = second as { writeHead?(status: number): { end(): void } };
    return pass === undefined ? response.writeHead?.(404).end() : pass();
  };
};

// Without telemetry each of these runs the user's function and does nothing else.
export declare const addEvent: typeof signalbox.addEvent;
export declare const addLink: typeof signalbox.addLink;
export declare const addSqlComment: typeof signalbox.addSqlComment;
export declare const bindContext: typeof signalbox.bindContext;
export declare const currentSpan: typeof signalbox.currentSpan;
export declare const expectedError: typeof signalbox.expectedError;
export declare const extract: typeof signalbox.extract;
export declare const getBaggage: typeof signalbox.getBaggage;
export declare const inject: typeof signalbox.inject;
export declare const markExpected: typeof signalbox.markExpected;
export declare const recordError: typeof signalbox.recordError;
export declare const setAttributes: typeof signalbox.setAttributes;
export declare const startSpan: typeof signalbox.startSpan;
export declare const Traced: typeof signalbox.Traced;
export declare const traced: typeof signalbox.traced;
export declare const traceIds: typeof signalbox.traceIds;
export declare const withBaggage: typeof signalbox.withBaggage;
export declare const withMessageSpan: typeof signalbox.withMessageSpan;
export declare const withSpan: typeof signalbox.withSpan;

const nothing = (): void => {};
const dispose: symbol = Symbol.dispose ?? Symbol.for('Symbol.dispose');

function unrecordedSpan() {
  const { INVALID_SPAN_CONTEXT, trace } = require('@opentelemetry/api') as typeof import('@opentelemetry/api');
  return trace.wrapSpanContext(INVALID_SPAN_CONTEXT);
}

Object.assign(exports, {
  addEvent: nothing,
  addLink: nothing,
  addSqlComment: (sql: string) => sql,
  bindContext: (target: unknown) => target,
  currentSpan: nothing,
  expectedError: Symbol.for('signalbox.expected'),
  extract: () => (require('@opentelemetry/api') as typeof import('@opentelemetry/api')).ROOT_CONTEXT,
  getBaggage: nothing,
  inject: (carrier: object = {}) => carrier,
  markExpected: <E,>(error: E): E => error,
  recordError: nothing,
  setAttributes: nothing,
  startSpan: () => Object.assign(unrecordedSpan(), { [dispose]: nothing }),
  Traced: () => nothing,
  traced: <Fn,>(fn: Fn): Fn => fn,
  traceIds: nothing,
  withBaggage: (_entries: unknown, fn: () => unknown) => fn(),
  withMessageSpan: (_name: string, _options: unknown, fn: (span: unknown) => unknown) => fn(unrecordedSpan()),
  withSpan: (_name: string, optionsOrFn: unknown, fn?: unknown): unknown =>
    ((fn ?? optionsOrFn) as (span: unknown) => unknown)(unrecordedSpan()),
});
