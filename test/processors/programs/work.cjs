// Spans as an application that talks to models makes them, at known times.
const api = require('@opentelemetry/api');

const { context, createContextKey, createTraceState, propagation, SpanKind, SpanStatusCode, trace, TraceFlags } = api;

exports.CARRIED = createContextKey('carried');
const START = 1_790_000_000_000;
const at = (ms) => new Date(START + ms);

exports.work = async function work() {
  const ai = trace.getTracer('ai', '5.0.1', { schemaUrl: 'https://example.test/schema' });
  const own = trace.getTracer('shop');
  const remote = trace.setSpanContext(context.active(), {
    traceId: '0af7651916cd43dd8448eb211c80319c',
    spanId: 'b7ad6b7169203331',
    traceFlags: TraceFlags.SAMPLED,
    isRemote: true,
    traceState: createTraceState('vendor=1'),
  });
  const carrying = propagation.setBaggage(
    remote.setValue(exports.CARRIED, 'a value'),
    propagation.createBaggage({ user: { value: 'anna' } }),
  );

  const root = own.startSpan('POST /chat', { kind: SpanKind.SERVER, startTime: at(0), attributes: { 'http.route': '/chat' } }, carrying);
  await context.with(trace.setSpan(carrying, root), async () => {
    const call = ai.startSpan('ai.generateText', {
      startTime: at(1),
      links: [{ context: root.spanContext(), attributes: { why: 'test' } }, { context: root.spanContext() }],
      attributes: {
        'ai.telemetry.metadata.agent': 'clerk',
        'gen_ai.request.model': 'large',
        'gen_ai.usage.input_tokens': 12,
        'langfuse.observation.input': 'say what is masked away',
        list: ['a', 'b'],
        numbers: [1, 2.5],
        flag: true,
      },
    });
    await context.with(trace.setSpan(context.active(), call), async () => {
      await Promise.resolve();
      const inner = ai.startSpan('ai.toolCall', { kind: SpanKind.CLIENT, startTime: at(2) });
      inner.addEvent('first token', { 'gen_ai.token': 1 }, at(3));
      inner.addEvent('second token', at(4));
      inner.recordException(new RangeError('out of range'), at(5));
      inner.setStatus({ code: SpanStatusCode.ERROR, message: 'out of range' });
      inner.updateName('ai.toolCall lookup');
      for (let index = 0; index < 140; index++) inner.setAttribute(`many.${index}`, index);
      for (let index = 0; index < 140; index++) inner.addEvent(`event ${index}`, {}, at(6));
      inner.addLinks([{ context: call.spanContext() }]);
      inner.end(at(10));
      inner.setAttribute('too', 'late');
    });
    call.setAttribute('langfuse.observation.output', JSON.stringify({ text: 'what was masked away' }));
    call.setAttributes({ 'gen_ai.usage.output_tokens': 7, 'ai.response.text': 'well' });
    call.setStatus({ code: SpanStatusCode.OK });
    call.end(at(20));
  });
  own.startSpan('alone', { root: true, startTime: at(21), kind: SpanKind.PRODUCER }, carrying).end(at(22));
  root.end(at(30));
  // Langfuse masks in place, some promises after the end: others would see the one or the other.
  await new Promise(setImmediate);
};
