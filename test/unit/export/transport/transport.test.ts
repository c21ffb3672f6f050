import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import type { Protocol } from '../../../../src/config/config.ts';
import { startReceiver, type Receiver, type ReceiverOptions } from '../../../../src/receiver/receiver.ts';
import { jsonEncoder } from '../../../../src/otlp/encode/json-encoder.ts';
import { protobufEncoder } from '../../../../src/otlp/encode/protobuf-encoder.ts';
import { metricsRequestOf, randomLog, randomMetric, randomSpan, requestOf, resource, seeded } from '../../otlp/encode/otlp-fixtures.ts';
import { LONG_MS, openTransport, runProgram, serveGrpc, serveHttp } from './transport-kit.ts';

const INSTRUMENTED = `
  import { require, api } from '${new URL('../../../../src/runtime/otel.ts', import.meta.url).href}';
  const { AsyncLocalStorageContextManager } = require('@opentelemetry/context-async-hooks');
  const { W3CTraceContextPropagator } = require('@opentelemetry/core');
  const { TracerProvider } = require('@opentelemetry/sdk-trace');
  const { registerInstrumentations } = require('@opentelemetry/instrumentation');
  const { HttpInstrumentation } = require('@opentelemetry/instrumentation-http');
  const { NetInstrumentation } = require('@opentelemetry/instrumentation-net');
  const { DnsInstrumentation } = require('@opentelemetry/instrumentation-dns');
  const ended = [];
  const recorder = { onStart() {}, onEnd: (span) => ended.push(span.name), forceFlush: async () => {}, shutdown: async () => {} };
  api.context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  api.propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  api.trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors: [recorder] }));
  const measured = [];
  const histogram = (name) => ({ record: () => measured.push(name) });
  const meterProvider = { getMeter: () => ({ createHistogram: histogram }) };
  registerInstrumentations({ meterProvider, instrumentations: [new HttpInstrumentation(), new NetInstrumentation(), new DnsInstrumentation({ ignoreHostnames: [] })] });
  const http = require('http');
  for (const name of ['https', 'net', 'dns']) require(name);
  const names = () => [...ended, ...measured].sort().join();
  await api.trace.getTracer('test').startActiveSpan('app', async (span) => {
    const result = await createTransport(otlp, 'traces', 'x').send(Buffer.from('body'), 60_000);
    print(result.kind + ' [' + names() + ']');
    await new Promise((resolve) => http.request(new URL('/control', otlp.url), { method: 'POST' }, (response) => response.resume().on('close', resolve)).on('error', resolve).end());
    print(names());
    span.end();
  });
  process.exit();`;

test(
  'requests over HTTP are neither traced nor measured nor carry trace context, while others of the same process do',
  { timeout: LONG_MS },
  async (t) => {
    const server = await serveHttp(t);
    const printed = await runProgram(t, server.url, 'http/protobuf', INSTRUMENTED);
    assert.match(printed, /^accepted \[\]\nPOST,.*,http\.client\.request\.duration/);
    assert.deepEqual(
      server.received.map(({ path, headers }) => [path, headers['traceparent'] !== undefined]),
      [
        ['/v1/traces', false],
        ['/control', true],
      ],
    );
  },
);

test('calls over gRPC are neither traced nor carry trace context', { timeout: LONG_MS }, async (t) => {
  const server = await serveGrpc(t);
  const printed = await runProgram(t, server.url, 'grpc', INSTRUMENTED);
  assert.match(printed, /^accepted \[\]\n.*tcp\.connect/);
  assert.deepEqual(
    server.received.map(({ headers }) => headers['traceparent']),
    [undefined],
  );
});

test('a transport that was let go and closed before its first request connects for it, and keeps the process alive', async (t) => {
  for (const protocol of ['http/protobuf', 'grpc'] as const) {
    const server = protocol === 'grpc' ? await serveGrpc(t) : await serveHttp(t);
    const program = `
      const transport = createTransport(otlp, 'traces', 'x');
      transport.unref();
      transport.close();
      print(JSON.stringify(transport.peer));
      transport.send(Buffer.from('body'), 60_000).then((result) => print(result.kind));`;
    assert.equal(await runProgram(t, server.url, protocol, program), '{}\naccepted');
    assert.deepEqual([server.received.length, server.connections()], [1, 1]);
  }
});

test('a transport that is closed before its request was compressed does not connect', async (t) => {
  for (const protocol of ['http/protobuf', 'grpc'] as const) {
    const server = protocol === 'grpc' ? await serveGrpc(t) : await serveHttp(t);
    const transport = openTransport(t, server.url, { protocol, compression: 'gzip' });
    const sending = transport.send(Buffer.alloc(1_000_000), LONG_MS);
    transport.close();
    const result = await sending;
    assert.deepEqual([result.kind === 'retry' && result.reason, server.connections()], ['closed', 0]);
  }
});

/** What came in of each signal, by protocol. */
async function receive(t: TestContext): Promise<{ receiver: Receiver; counts: Record<string, number> }> {
  const counts: Record<string, number> = {};
  const count =
    (signal: string) =>
    (
      records: readonly unknown[],
      { protocol, compression, rejected }: { protocol: string; compression: string; rejected: number },
    ): void => {
      const key = `${protocol} ${compression} ${signal}`;
      counts[key] = (counts[key] ?? 0) + records.length;
      assert.equal(rejected, 0, key);
    };
  const receiver = await startReceiver({
    onTraces: count('traces'),
    onLogs: count('logs'),
    onMetrics: count('metrics'),
  } satisfies ReceiverOptions);
  t.after(() => receiver.close());
  return { receiver, counts };
}

test('every signal arrives whole at the receiver over every protocol, compressed and not', async (t) => {
  const { receiver, counts } = await receive(t);
  const random = seeded(1);
  const scope = { name: 'scope' };
  const spans = Array.from({ length: 20 }, () => randomSpan(random, scope));
  const logs = Array.from({ length: 20 }, () => randomLog(random, scope));
  const request = { resource, scopeMetrics: [{ scope, metrics: Array.from({ length: 20 }, () => randomMetric(random)) }] };
  for (const protocol of ['http/protobuf', 'http/json', 'grpc'] satisfies Protocol[]) {
    const encoder = protocol === 'http/json' ? jsonEncoder : protobufEncoder;
    const bodies = { traces: requestOf(encoder, spans), logs: requestOf(encoder, logs), metrics: metricsRequestOf(encoder, request) };
    for (const [compression, encoding] of [
      ['none', 'identity'],
      ['gzip', 'gzip'],
    ] as const) {
      for (const signal of ['traces', 'logs', 'metrics'] as const) {
        const url = protocol === 'grpc' ? receiver.grpcUrl : `${receiver.httpUrl}/v1/${signal}`;
        assert.deepEqual(
          await openTransport(t, url, { protocol, compression }, signal).send(bodies[signal], LONG_MS),
          { kind: 'accepted', rejected: 0 },
          `${protocol} ${signal}`,
        );
        assert.equal(counts[`${protocol} ${encoding} ${signal}`], 20);
      }
    }
  }
});
