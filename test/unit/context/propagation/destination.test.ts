import assert from 'node:assert/strict';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import type { Context, SpanOptions } from '@opentelemetry/api';
import { createPropagator } from '../../../../src/context/propagation/create-propagator.ts';
import { createHostFilter, noteDestination } from '../../../../src/context/propagation/destination.ts';
import { loadApi, require } from '../../../../src/runtime/otel.ts';

const { ROOT_CONTEXT, SpanKind, context, propagation, trace, defaultTextMapSetter } = loadApi();
const { AsyncLocalStorageContextManager } =
  require('@opentelemetry/context-async-hooks') as typeof import('@opentelemetry/context-async-hooks');
const { TracerProvider, AlwaysOnSampler, AlwaysOffSampler } =
  require('@opentelemetry/sdk-trace') as typeof import('@opentelemetry/sdk-trace');
const { HttpInstrumentation } = require('@opentelemetry/instrumentation-http') as typeof import('@opentelemetry/instrumentation-http');
const { UndiciInstrumentation } =
  require('@opentelemetry/instrumentation-undici') as typeof import('@opentelemetry/instrumentation-undici');

const sampled = new TracerProvider({ sampler: new AlwaysOnSampler() });
const unsampled = new TracerProvider({ sampler: new AlwaysOffSampler() });
const withBaggage = propagation.setBaggage(ROOT_CONTEXT, propagation.createBaggage({ user: { value: 'ada' } }));

beforeEach(() => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager());
});
afterEach(() => {
  context.disable();
  propagation.disable();
});

function inject(hosts: string[], from: Context): string | undefined {
  const headers: { baggage?: string } = {};
  createPropagator({ propagators: ['tracecontext', 'baggage'], baggageHosts: hosts }).inject(from, headers, defaultTextMapSetter);
  return headers.baggage;
}

function inSpan(provider: typeof sampled, options: SpanOptions): Context {
  return trace.setSpan(withBaggage, provider.getTracer('test').startSpan('call', options, withBaggage));
}

describe('the hosts that may be sent to', () => {
  for (const [hosts, host, expected] of [
    [[], 'example.com', false],
    [['example.com'], 'example.com', true],
    [['example.com'], 'Example.COM', true],
    [['Example.com'], 'example.com.', true],
    [['example.com'], 'a.example.com', false],
    [['example.com'], 'example.com.evil.test', false],
    [['*.example.com'], 'a.b.example.com', true],
    [['*.example.com'], 'example.com', false],
    [['*.example.com'], 'evilexample.com', false],
    [['10.0.0.1', '::1'], '::1', true],
    [['a', '*'], 'anything', true],
    [['*'], undefined, true],
    [['example.com'], undefined, false],
  ] as const) {
    test(`${JSON.stringify(hosts)} ${expected ? 'take' : 'refuse'} ${host}`, () => {
      assert.equal(createHostFilter(hosts)(host), expected);
    });
  }
});

describe('where baggage goes', () => {
  const client = { kind: SpanKind.CLIENT, attributes: { 'server.address': 'a.test' } };

  test('to the address of a client span, when it is on the list', () => {
    assert.equal(inject(['a.test'], inSpan(sampled, client)), 'user=ada');
    assert.equal(inject(['b.test'], inSpan(sampled, client)), undefined);
    assert.equal(inject([], inSpan(sampled, client)), undefined);
  });

  test('not to where a client span says nothing, nor from a server or producer span, nor without a span', () => {
    assert.equal(inject(['a.test'], inSpan(sampled, { kind: SpanKind.CLIENT })), undefined);
    assert.equal(inject(['a.test'], inSpan(sampled, { ...client, kind: SpanKind.SERVER })), undefined);
    assert.equal(inject(['a.test'], inSpan(sampled, { ...client, kind: SpanKind.PRODUCER })), undefined);
    assert.equal(inject(['a.test'], withBaggage), undefined);
    assert.equal(inject(['a.test'], inSpan(unsampled, client)), undefined);
  });

  test('anywhere at all with *', () => {
    assert.equal(inject(['*'], withBaggage), 'user=ada');
    assert.equal(inject(['*'], inSpan(unsampled, { kind: SpanKind.PRODUCER })), 'user=ada');
  });

  for (const [what, request] of [
    ['a host name', { hostname: 'a.test', host: 'b.test' }],
    ['a host with its port', { host: 'a.test:8080' }],
    ['an origin', { origin: 'https://a.test:8443' }],
    ['an origin as a URL', { origin: new URL('http://a.test') }],
  ] as const) {
    test(`to the noted ${what} from an unsampled span, once`, () => {
      const from = inSpan(unsampled, client);
      context.with(withBaggage, noteDestination, undefined, request);
      assert.equal(inject(['a.test'], from), 'user=ada');
      assert.equal(inject(['a.test'], from), undefined);
    });
  }

  test('a note does not outlive the code that took it, and does not speak for another span', async () => {
    const note = () => context.with(withBaggage, noteDestination, undefined, { hostname: 'a.test' });
    note();
    await undefined;
    assert.equal(inject(['a.test'], inSpan(unsampled, client)), undefined);
    note();
    assert.equal(inject(['a.test'], inSpan(sampled, { kind: SpanKind.SERVER })), undefined);
    assert.equal(inject(['a.test'], inSpan(unsampled, client)), undefined);
  });

  test('a request that cannot be read is no destination', () => {
    const hostile = {
      get origin() {
        throw new Error('no');
      },
    };
    for (const request of [undefined, null, 7, { origin: 'not a url' }, hostile]) {
      context.with(withBaggage, noteDestination, undefined, request);
      assert.equal(inject(['localhost'], inSpan(unsampled, client)), undefined);
    }
  });

  describe('under the HTTP instrumentations', () => {
    const seen: (string | string[] | undefined)[] = [];
    const server = http.createServer((request, response) => {
      seen.push(request.headers['baggage']);
      response.end();
    });
    const hook = noteDestination as () => never;
    const instrumentations = [new HttpInstrumentation({ startOutgoingSpanHook: hook }), new UndiciInstrumentation({ startSpanHook: hook })];
    const patched = require('node:http') as typeof http;

    before(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
    after(() => {
      for (const instrumentation of instrumentations) instrumentation.disable();
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    });

    for (const [how, provider] of [
      ['sampled', sampled],
      ['unsampled', unsampled],
    ] as const) {
      test(`http.get and fetch of a ${how} trace carry it to the listed host only`, async () => {
        for (const instrumentation of instrumentations) instrumentation.setTracerProvider(provider);
        const { port } = server.address() as AddressInfo;
        seen.length = 0;
        for (const hosts of [['127.0.0.1'], ['other.test']]) {
          propagation.disable();
          propagation.setGlobalPropagator(createPropagator({ propagators: ['tracecontext', 'baggage'], baggageHosts: hosts }));
          await context.with(withBaggage, async () => {
            await new Promise<void>((resolve, reject) => {
              patched.get({ hostname: '127.0.0.1', port }, (response) => response.resume().on('end', resolve)).on('error', reject);
            });
            await (await fetch(`http://127.0.0.1:${port}/`)).arrayBuffer();
          });
        }
        assert.deepEqual(seen, ['user=ada', 'user=ada', undefined, undefined]);
      });
    }
  });
});
