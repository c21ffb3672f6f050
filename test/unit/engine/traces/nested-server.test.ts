import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { require } from '../../../../src/runtime/otel.ts';
import { api, createEngine } from './kit.ts';

const { setRPCMetadata, RPCType } = require('@opentelemetry/core') as typeof import('@opentelemetry/core');
const { SERVER, INTERNAL, CLIENT } = api.SpanKind;

function startServer({ sampler = 'parentbased_always_on' as const } = {}) {
  const engine = createEngine({ sampler });
  const outer = engine.tracer.startSpan('GET', { kind: SERVER }, api.ROOT_CONTEXT);
  const metadata: { type: typeof RPCType.HTTP; span: typeof outer; route?: string } = { type: RPCType.HTTP, span: outer };
  return { ...engine, outer, metadata, context: setRPCMetadata(api.trace.setSpan(api.ROOT_CONTEXT, outer), metadata) };
}

describe('a SERVER span within one of this process', () => {
  it('is INTERNAL, and its route is that of the outer one', () => {
    const { tracer, spans, metadata, context } = startServer();
    const nested = tracer.startSpan('GET', { kind: SERVER }, context);
    assert.equal(metadata.route, undefined);
    nested.setAttribute('http.route', '/pages/[page]');
    nested.end();
    assert.equal(spans[0]?.kind, INTERNAL);
    assert.equal(metadata.route, '/pages/[page]');
  });

  it('leaves the route that was found already until it has one', () => {
    const { tracer, metadata, context } = startServer();
    metadata.route = '/*';
    const nested = tracer.startSpan('GET', { kind: SERVER }, context);
    assert.equal(metadata.route, '/*');
    metadata.route = '/still';
    assert.equal(metadata.route, '/still');
    nested.setAttribute('http.route', '/pages/[page]');
    assert.equal(metadata.route, '/pages/[page]');
  });

  it('tells its route from the start when it has it then', () => {
    const { tracer, metadata, context } = startServer();
    tracer.startSpan('GET', { kind: SERVER, attributes: { 'http.route': '/early' } }, context);
    assert.equal(metadata.route, '/early');
  });

  it('of Next.js tells its route by the spans within it, before it has it itself', () => {
    const { tracer, metadata, context } = startServer();
    const nested = tracer.startSpan('GET', { kind: SERVER }, context);
    const within = api.trace.setSpan(context, nested);
    tracer.startSpan('resolve page components', { attributes: { 'next.route': '/lines/[line]' } }, within).end();
    tracer.startSpan('resolve page components', { attributes: { 'next.route': '/_not-found' } }, within).end();
    assert.equal(metadata.route, '/lines/[line]');
    nested.setAttribute('http.route', '/in-the-end');
    assert.equal(metadata.route, '/in-the-end');
  });

  it('is INTERNAL also where no HTTP instrumentation is around, or its metadata are frozen', () => {
    for (const prepare of [
      (context: typeof api.ROOT_CONTEXT) => context,
      (context: typeof api.ROOT_CONTEXT) =>
        setRPCMetadata(context, Object.freeze({ type: RPCType.HTTP, span: api.trace.getSpan(context) as never })),
    ]) {
      const { tracer, spans } = createEngine();
      const outer = tracer.startSpan('outer', { kind: SERVER }, api.ROOT_CONTEXT);
      tracer
        .startSpan('nested', { kind: SERVER, attributes: { 'http.route': '/x' } }, prepare(api.trace.setSpan(api.ROOT_CONTEXT, outer)))
        .end();
      assert.equal(spans[0]?.kind, INTERNAL);
    }
  });
});

describe('a SERVER span stays one', () => {
  const remote = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', traceFlags: 1, isRemote: true };

  it('below a caller elsewhere, a span that ended, or one of another kind', () => {
    const { tracer, spans, context, outer } = startServer();
    tracer.startSpan('remote', { kind: SERVER }, api.trace.setSpanContext(api.ROOT_CONTEXT, remote)).end();
    const client = tracer.startSpan('client', { kind: CLIENT }, context);
    tracer.startSpan('below client', { kind: SERVER }, api.trace.setSpan(context, client)).end();
    outer.end();
    tracer.startSpan('late', { kind: SERVER }, context).end();
    assert.deepEqual(
      spans.map(({ name, kind }) => [name, kind]),
      [
        ['remote', SERVER],
        ['below client', SERVER],
        ['GET', SERVER],
        ['late', SERVER],
      ],
    );
  });

  it('as a root of its own', () => {
    const { tracer, spans, context } = startServer();
    tracer.startSpan('root', { kind: SERVER, root: true }, context).end();
    assert.equal(spans[0]?.kind, SERVER);
    assert.equal(spans[0]?.parentSpanContext, undefined);
  });
});
