/** Bodies that were cut, flipped, nested or blown up: each gets a good answer and none does harm. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { Signal } from '../../../src/config/config.ts';
import { decodeJson } from '../../../src/otlp/decode/decode-json.ts';
import { decodeProtobuf } from '../../../src/otlp/decode/decode-protobuf.ts';
import type { Decoded, ReceivedLog, ReceivedSpan } from '../../../src/otlp/decode/model.ts';
import { Refusal } from '../../../src/otlp/decode/refusal.ts';
import { DEFAULT_LIMITS, startReceiver, type Receiver } from '../../../src/receiver/receiver.ts';
import { createStore } from '../../../src/receiver/store.ts';
import { d, goodSpan, request } from '../otlp/decode/protobuf-bytes.ts';
import { logs, metrics, official, spans } from '../otlp/decode/rich-records.ts';
import { frame, sendGrpc, sendHttp } from './senders.ts';

const { maxDecodedBytes } = DEFAULT_LIMITS;

interface Golden {
  readonly name: string;
  readonly signal: Signal;
  readonly body: Uint8Array;
  readonly decode: <S extends Signal>(signal: S, body: Uint8Array, maxDecodedBytes: number) => Decoded<S>;
}

const goldens: readonly Golden[] = [
  { name: 'spans in protobuf', signal: 'traces', body: official.ProtobufTraceSerializer.serializeRequest(spans), decode: decodeProtobuf },
  {
    name: 'metrics in protobuf',
    signal: 'metrics',
    body: official.ProtobufMetricsSerializer.serializeRequest(metrics),
    decode: decodeProtobuf,
  },
  { name: 'logs in protobuf', signal: 'logs', body: official.ProtobufLogsSerializer.serializeRequest(logs), decode: decodeProtobuf },
  { name: 'spans in JSON', signal: 'traces', body: official.JsonTraceSerializer.serializeRequest(spans), decode: decodeJson },
  { name: 'metrics in JSON', signal: 'metrics', body: official.JsonMetricsSerializer.serializeRequest(metrics), decode: decodeJson },
  { name: 'logs in JSON', signal: 'logs', body: official.JsonLogsSerializer.serializeRequest(logs), decode: decodeJson },
];

/** Decodes and checks that the outcome is one that a sender can be told. */
function outcomeOf({ signal, decode }: Golden, body: Uint8Array): 'accepted' | 'partly' | 'refused' {
  let decoded: Decoded<Signal>;
  try {
    decoded = decode(signal, body, maxDecodedBytes);
  } catch (error) {
    assert(error instanceof Refusal, `must be a Refusal, was ${String(error)}`);
    assert(error.httpStatus === 400 || error.httpStatus === 413);
    assert.notEqual(error.message, '');
    return 'refused';
  }
  for (const record of decoded.records) {
    assert.equal(typeof record.resource, 'object');
    assert.equal(typeof record.scope.name, 'string');
    const { traceId, spanId } = record as Partial<ReceivedSpan & ReceivedLog>;
    if (signal === 'traces' || traceId !== undefined) assert.match(String(traceId), /^[0-9a-f]{32}$/);
    if (signal === 'traces' || spanId !== undefined) assert.match(String(spanId), /^[0-9a-f]{16}$/);
  }
  assert.equal(decoded.rejected > 0, decoded.message !== '');
  return decoded.rejected > 0 ? 'partly' : 'accepted';
}

/** Numbers from 0 to 1 that are the same in every run. */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

for (const golden of goldens) {
  test(`${golden.name}, cut at every byte, are refused or read as far as they are whole`, () => {
    const { body } = golden;
    assert.equal(outcomeOf(golden, body), 'accepted');
    let refused = 0;
    for (let length = 0; length < body.length; length++) if (outcomeOf(golden, body.subarray(0, length)) === 'refused') refused++;
    // In protobuf only the empty body is whole; the one resource spans all the rest. In JSON nothing shorter is.
    const isProtobuf = golden.decode === decodeProtobuf;
    assert.equal(refused, isProtobuf ? body.length - 1 : body.length);
  });

  test(`${golden.name}, cut within their messages, do no harm`, () => {
    // Each part of the body taken for a request of its own reaches the readers of nested messages with cut content.
    const { body } = golden;
    const outcomes = new Set<string>();
    for (let start = 1; start < body.length; start += 3) outcomes.add(outcomeOf(golden, request(body.subarray(start))));
    assert(outcomes.has('refused'));
  });

  test(`${golden.name} with random bytes flipped do no harm`, () => {
    const random = createRandom(0x5eed);
    const outcomes = new Map<string, number>();
    for (let round = 0; round < 3_000; round++) {
      const body = Buffer.from(golden.body);
      for (let flips = 1 + Math.floor(random() * 4); flips > 0; flips--) {
        body.writeUInt8(Math.floor(random() * 256), Math.floor(random() * body.length));
      }
      const outcome = outcomeOf(golden, body);
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    }
    assert((outcomes.get('refused') ?? 0) > 0 && (outcomes.get('accepted') ?? 0) > 0, 'the flips reach both outcomes');
  });
}

const store = createStore();
let receiver: Receiver;

before(async () => {
  const limits = { maxUncompressedBytes: 32 * 2 ** 20, maxDecodedBytes: 32 * 2 ** 20 };
  receiver = await startReceiver({ ...store.handlers, limits });
});
after(() => receiver.close());

const gzip = { 'content-encoding': 'gzip' };
const json = { 'content-type': 'application/json' };

async function isStillWell(): Promise<void> {
  store.clear();
  assert.equal((await sendHttp(receiver.httpUrl, { body: request(goodSpan('still well')) })).status, 200);
  assert.equal((await sendGrpc(receiver.grpcUrl, frame(request(goodSpan('still well'))))).grpcStatus, 0);
  assert.deepEqual(
    store.spans().map(({ name }) => name),
    ['still well', 'still well'],
  );
}

test('cut and flipped bodies are answered 200 or 400 by HTTP, and OK or INVALID_ARGUMENT by gRPC', async () => {
  const random = createRandom(42);
  const answers = new Set<string>();
  const [inProtobuf] = goldens as [Golden];
  const inJson = goldens[3] as Golden;
  for (let round = 0; round < 60; round++) {
    const mutate = (bytes: Uint8Array): Buffer => {
      const body = Buffer.from(bytes.subarray(0, round % 2 === 0 ? bytes.length : Math.floor(random() * bytes.length)));
      if (body.length > 0) body.writeUInt8(Math.floor(random() * 256), Math.floor(random() * body.length));
      return body;
    };
    answers.add(`protobuf ${(await sendHttp(receiver.httpUrl, { body: mutate(inProtobuf.body) })).status}`);
    answers.add(`json ${(await sendHttp(receiver.httpUrl, { headers: json, body: mutate(inJson.body) })).status}`);
    answers.add(`grpc ${(await sendGrpc(receiver.grpcUrl, frame(mutate(inProtobuf.body)))).grpcStatus}`);
  }
  assert.deepEqual([...answers].sort(), ['grpc 0', 'grpc 3', 'json 200', 'json 400', 'protobuf 200', 'protobuf 400']);
  await isStillWell();
});

test('a value a million deep is refused in JSON, before and after compression', async () => {
  const deep = `{"resourceSpans":[{"scopeSpans":[{"spans":[{"attributes":[{"key":"k","value":${'{"arrayValue":{"values":['.repeat(1_000_000)}`;
  assert.equal((await sendHttp(receiver.httpUrl, { headers: json, body: deep })).status, 400);
  assert.equal((await sendHttp(receiver.httpUrl, { headers: { ...json, ...gzip }, body: gzipSync(deep) })).status, 400);
  assert.equal((await sendHttp(receiver.httpUrl, { headers: json, body: '['.repeat(10_000_000) })).status, 400);
  await isStillWell();
});

test('a value ten thousand deep is rejected in protobuf, and its good neighbour is kept', async () => {
  // Written from the inside out: each level has its own length.
  let parts: Buffer[] = [];
  let size = 0;
  for (let level = 0; level < 10_000; level++) {
    const inner = varintFieldHeader(1, size);
    const outer = varintFieldHeader(5, size + inner.length);
    parts.push(inner, outer);
    size += inner.length + outer.length;
  }
  parts = parts.reverse();
  const deep = Buffer.concat([goodSpan('deep'), d(9, d(1, 'k'), d(2, ...parts))]);
  store.clear();
  const answer = await sendHttp(receiver.httpUrl, { body: request(goodSpan('neighbour'), deep) });
  assert.equal(answer.status, 200);
  assert.match(
    String(official.ProtobufTraceSerializer.deserializeResponse(answer.body).partialSuccess?.['errorMessage']),
    /at most 64 deep/,
  );
  assert.deepEqual(
    store.spans().map(({ name }) => name),
    ['neighbour'],
  );
});

function varintFieldHeader(number: number, length: number): Buffer {
  const header = [(number << 3) | 2];
  let rest = length;
  for (; rest > 127; rest >>>= 7) header.push((rest & 127) | 128);
  return Buffer.from([...header, rest]);
}

test('zip bombs are refused at the limit by both protocols', async () => {
  const bomb = gzipSync(Buffer.alloc(200 * 2 ** 20));
  assert(bomb.length < 300_000, '200 MiB come as a few hundred kB');
  assert.equal((await sendHttp(receiver.httpUrl, { headers: gzip, body: bomb })).status, 413);
  assert.equal((await sendGrpc(receiver.grpcUrl, frame(bomb, true), { 'grpc-encoding': 'gzip' })).grpcStatus, 8);
  await isStillWell();
});

test('small bodies that would become huge in memory are refused', async () => {
  const containers = gzipSync(`[${'[],'.repeat(2_000_000)}[]]`);
  assert.equal((await sendHttp(receiver.httpUrl, { headers: { ...json, ...gzip }, body: containers })).status, 413);
  // Log records of two bytes each.
  const empties = gzipSync(d(1, d(2, Buffer.alloc(600_000, Buffer.from([0x12, 0])))));
  assert.equal((await sendHttp(receiver.httpUrl, { path: '/v1/logs', headers: gzip, body: empties })).status, 413);
  await isStillWell();
});
