/** Spans of an application's own. Stands on the OpenTelemetry API alone: in a program without telemetry each runs the user's function and does nothing else. */
export { getBaggage, withBaggage } from './baggage.ts';
export type { Carrier } from './carriers.ts';
export { bindContext, extract, inject, type InjectOptions } from './carry-context.ts';
export { addEvent, addLink, currentSpan, recordError, setAttributes, traceIds, type TraceIds } from './current-span.ts';
export { expectedError, markExpected } from './expected-errors.ts';
export { withMessageSpan, type MessageSpanOptions } from './message-span.ts';
export type { SpanAttributes } from './span-attributes.ts';
export type { SpanLink, SpanOptions, SpanReference, StartSpanOptions } from './span-options.ts';
export { addSqlComment } from './sql-comment.ts';
export { startSpan } from './start-span.ts';
export { Traced, type TracedDecorator } from './traced-decorator.ts';
export { traced, type TracedOptions } from './traced.ts';
export { withSpan } from './with-span.ts';
