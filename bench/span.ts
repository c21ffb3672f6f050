/**
 * What one span costs on its whole way: started, given the attributes of a server span, ended, redacted, encoded, queued and put into
 * a request; beside the official SDK with its own serializer, which redacts nothing. In one process, so that it says more of a small
 * change than a server under load does. See README.md.
 *
 * `node span.ts [--batches N]`
 */
import { createRequire } from 'node:module';
import { parseArgs } from 'node:util';
import type { Tracer } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { median } from './report.ts';

const DIST = new URL('../dist/', import.meta.url);
const require = createRequire(DIST);
const load = async <T>(path: string): Promise<T> => (await import(new URL(path, DIST).href)) as T;

const SPANS_PER_BATCH = 2048;
const SPANS_PER_REQUEST = 512;
const LIMITS = {
  attributeCount: 128,
  attributeValueLength: Infinity,
  eventCount: 128,
  linkCount: 128,
  attributePerEventCount: 128,
  attributePerLinkCount: 128,
};
const resource = { attributes: { 'service.name': 'bench' } } as never;

/** One span in `paths` has a path that none had before, as those with ids in them do. */
function attributesOf(n: number, paths: number): Record<string, string | number> {
  return {
    'http.request.method': 'GET',
    'url.scheme': 'http',
    'network.peer.address': '127.0.0.1',
    'network.peer.port': 40_000 + (n % 50),
    'network.protocol.version': '1.1',
    'client.address': '127.0.0.1',
    'user_agent.original': 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36',
    'url.path': n % paths === 0 ? `/orders/${n}` : '/orders',
    'server.address': 'shop.example',
    'server.port': 8080,
  };
}

function recordBatch(tracer: Tracer, from: number): void {
  for (let n = from; n < from + SPANS_PER_BATCH; n++) {
    const span = tracer.startSpan('GET', { kind: 1, attributes: attributesOf(n, 4) });
    span.setAttribute('http.response.status_code', 200);
    span.setAttribute('http.route', '/orders/:id');
    span.updateName('GET /orders/:id');
    span.end();
  }
}

async function createOwn(share: number): Promise<Tracer> {
  const { createTracerProvider } = await load<typeof import('../src/engine/traces/tracer-provider.ts')>('engine/traces/tracer-provider.js');
  const { createSampler } = await load<typeof import('../src/engine/traces/sampler.ts')>('engine/traces/sampler.js');
  const { createQueue, groupsOf } = await load<typeof import('../src/export/queue.ts')>('export/queue.js');
  const { createEncodeFitting } = await load<typeof import('../src/otlp/encode/fit-record.ts')>('otlp/encode/fit-record.js');
  const { protobufEncoder } = await load<typeof import('../src/otlp/encode/protobuf-encoder.ts')>('otlp/encode/protobuf-encoder.js');
  const { redactAttribute } = await load<typeof import('../src/redaction/redact-attribute.ts')>('redaction/redact-attribute.js');
  const queue = createQueue({ maxBytes: 2 ** 25, maxRecords: Infinity });
  const fit = createEncodeFitting({ redact: redactAttribute, maxBytes: 2 ** 21, onCut: () => {} });
  const scope = protobufEncoder.encodeScope({ name: 'bench' }, redactAttribute);
  const provider = createTracerProvider({
    sampler: createSampler('traceidratio', share),
    limits: LIMITS,
    resource,
    onEnd(span) {
      queue.add(scope, fit(protobufEncoder.encodeSpan, span), 1);
      if (queue.records < SPANS_PER_REQUEST) return;
      const batch = queue.take(SPANS_PER_REQUEST, Infinity);
      if (batch !== undefined) protobufEncoder.assemble('traces', scope, groupsOf(batch));
    },
  });
  return provider.getTracer('bench');
}

function createOfficial(share: number): Tracer {
  const { TracerProvider, TraceIdRatioBasedSampler } = require('@opentelemetry/sdk-trace');
  const { ProtobufTraceSerializer } = require('@opentelemetry/otlp-transformer');
  let ended: ReadableSpan[] = [];
  const processor = {
    onStart() {},
    onEnd(span: ReadableSpan) {
      ended.push(span);
      if (ended.length < SPANS_PER_REQUEST) return;
      ProtobufTraceSerializer.serializeRequest(ended);
      ended = [];
    },
    forceFlush: () => Promise.resolve(),
    shutdown: () => Promise.resolve(),
  };
  return new TracerProvider({ sampler: new TraceIdRatioBasedSampler(share), spanProcessors: [processor] }).getTracer('bench');
}

const { values } = parseArgs({ options: { batches: { type: 'string', default: '60' } } });
const tracers = {
  'signalbox, recorded': await createOwn(1),
  'official SDK, recorded': createOfficial(1),
  'signalbox, not sampled': await createOwn(0),
  'official SDK, not sampled': createOfficial(0),
};
const nanoseconds: Record<string, number[]> = {};
const warmUp = 10;
for (let batch = 0; batch < warmUp + Number(values.batches); batch++) {
  for (const [name, tracer] of Object.entries(tracers)) {
    const before = process.cpuUsage();
    recordBatch(tracer, batch * SPANS_PER_BATCH);
    const { user, system } = process.cpuUsage(before);
    if (batch >= warmUp) (nanoseconds[name] ??= []).push(((user + system) * 1000) / SPANS_PER_BATCH);
  }
}
console.log('ns of processor time for a span: least / median of the batches');
for (const [name, each] of Object.entries(nanoseconds))
  console.log(
    `${name.padEnd(26)} ${Math.min(...each)
      .toFixed(0)
      .padStart(6)} / ${median(each).toFixed(0).padStart(6)}`,
  );
