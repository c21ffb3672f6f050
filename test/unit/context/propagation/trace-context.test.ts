import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Context, SpanContext } from '@opentelemetry/api';
import { PARENT_ID, TRACE_CONTEXT_CASES, TRACE_ID } from '../../../e2e/trace-context.cases.ts';
import { createPropagator } from '../../../../src/context/propagation/create-propagator.ts';
import { api } from '../../../../src/runtime/otel.ts';

const propagator = createPropagator({ propagators: ['tracecontext'], baggageHosts: [] });
const { ROOT_CONTEXT, trace, defaultTextMapGetter, defaultTextMapSetter } = api;

function receive(headers: Record<string, unknown>): Context {
  return propagator.extract(ROOT_CONTEXT, headers, defaultTextMapGetter);
}

function send(context: Context): Record<string, string> {
  const headers: Record<string, string> = {};
  propagator.inject(context, headers, defaultTextMapSetter);
  return headers;
}

/** As node:http hands headers to a server: names in lower case, lines of one name joined. */
function asNodeReads(lines: readonly (readonly [string, string])[]): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, line] of lines) {
    const key = name.toLowerCase();
    headers[key] = headers[key] === undefined ? line : `${headers[key]}, ${line}`;
  }
  return headers;
}

/** What the SDK's tracer does for a child span, which knows no flag but `sampled`. */
function withChildSpan(context: Context): Context {
  const parent = trace.getSpanContext(context);
  const child: SpanContext = {
    traceId: parent?.traceId ?? 'ffffffffffffffffffffffffffffffff',
    spanId: 'eeeeeeeeeeeeeeee',
    traceFlags: (parent?.traceFlags ?? 1) & 1,
    ...(parent?.traceState && { traceState: parent.traceState }),
  };
  return trace.setSpanContext(context, child);
}

describe('W3C trace context', () => {
  for (const { name, headers, continues, flags, tracestate } of TRACE_CONTEXT_CASES) {
    test(name, () => {
      const received = receive(asNodeReads(headers));
      const spanContext = trace.getSpanContext(received);
      assert.equal(spanContext !== undefined, continues);
      if (continues) assert.deepEqual([spanContext?.traceId, spanContext?.spanId, spanContext?.isRemote], [TRACE_ID, PARENT_ID, true]);

      const sent = send(withChildSpan(received));
      const [version, traceId, spanId, sentFlags] = sent['traceparent']?.split('-') ?? [];
      assert.deepEqual([version, traceId === TRACE_ID, spanId], ['00', continues, 'eeeeeeeeeeeeeeee']);
      if (flags !== undefined) assert.equal(sentFlags, flags);
      assert.equal(sent['tracestate'], tracestate);
    });
  }

  test('headers in arrays count as the lines they are', () => {
    const parent = `00-${TRACE_ID}-${PARENT_ID}-01`;
    assert.equal(send(receive({ traceparent: [parent], tracestate: ['a=1', 'b=2'] }))['tracestate'], 'a=1,b=2');
    assert.equal(trace.getSpanContext(receive({ traceparent: [parent, parent] })), undefined);
    assert.equal(trace.getSpanContext(receive({ traceparent: [] })), undefined);
    assert.equal(send(receive({ traceparent: parent, tracestate: ['a=1', 2] }))['tracestate'], undefined);
  });

  test('the random flag stays with its trace', () => {
    const received = receive({ traceparent: `00-${TRACE_ID}-${PARENT_ID}-03` });
    const other = trace.setSpanContext(received, { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1 });
    assert.equal(send(other)['traceparent'], `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`);
    const own = trace.setSpanContext(ROOT_CONTEXT, { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 3 });
    assert.equal(send(own)['traceparent'], `00-${'a'.repeat(32)}-${'b'.repeat(16)}-03`);
    const withoutIt = trace.setSpanContext(received, { traceId: TRACE_ID, spanId: 'b'.repeat(16), traceFlags: 1 });
    assert.equal(send(withoutIt)['traceparent'], `00-${TRACE_ID}-${'b'.repeat(16)}-03`);
  });

  test('ids are sent in lower case', () => {
    const context = trace.setSpanContext(ROOT_CONTEXT, { traceId: 'AB'.repeat(16), spanId: 'CD'.repeat(8), traceFlags: 1 });
    assert.equal(send(context)['traceparent'], `00-${'ab'.repeat(16)}-${'cd'.repeat(8)}-01`);
  });

  test('nothing is sent without a span, with an invalid one, or while tracing is suppressed', () => {
    assert.deepEqual(send(ROOT_CONTEXT), {});
    assert.deepEqual(send(trace.setSpanContext(ROOT_CONTEXT, { traceId: 'x', spanId: 'y', traceFlags: 1 })), {});
    const received = receive({ traceparent: `00-${TRACE_ID}-${PARENT_ID}-01` });
    assert.notDeepEqual(send(received), {});
    const key = api.createContextKey('OpenTelemetry SDK Context Key SUPPRESS_TRACING');
    assert.deepEqual(send(received.setValue(key, true)), {});
  });

  test('a trace state of somebody else is sent only when it is a header', () => {
    const spanContext = { traceId: TRACE_ID, spanId: PARENT_ID, traceFlags: 1 };
    const sendState = (serialize: () => unknown) =>
      send(trace.setSpanContext(ROOT_CONTEXT, { ...spanContext, traceState: { serialize } as never }));
    const traceparent = `00-${TRACE_ID}-${PARENT_ID}-01`;
    assert.deepEqual(
      sendState(() => 'a=1'),
      { traceparent, tracestate: 'a=1' },
    );
    assert.deepEqual(
      sendState(() => 'a=1\r\nx: y'),
      { traceparent },
    );
    assert.deepEqual(
      sendState(() => 'a=\u20ac'),
      { traceparent },
    );
    assert.deepEqual(
      sendState(() => ''),
      { traceparent },
    );
    assert.deepEqual(
      sendState(() => 7),
      { traceparent },
    );
    assert.deepEqual(
      sendState(() => {
        throw new Error('bad state');
      }),
      { traceparent },
    );
  });
});
