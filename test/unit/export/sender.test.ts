import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAccount, type Account } from '../../../src/diagnostics/account.ts';
import { createReporter } from '../../../src/diagnostics/reporter.ts';
import { createConsoleSender } from '../../../src/export/console-sender.ts';
import { createEndpointHealth } from '../../../src/export/endpoint-health.ts';
import { protobufEncoder } from '../../../src/otlp/encode/protobuf-encoder.ts';
import { createSender, type Sender } from '../../../src/export/sender.ts';
import type { SendResult } from '../../../src/otlp/types.ts';
import { LONG_MS } from './transport/transport-kit.ts';

const BATCH = 2;
const ACCEPTED: SendResult = { kind: 'accepted', rejected: 0 };
const REFUSED: SendResult = { kind: 'refused', reason: 'http_404', message: 'Not found.' };

interface SenderKit {
  readonly sender: Sender;
  readonly account: Account;
  readonly sentAt: number[];
  /** Codes of what was said, without the endpoint. */
  readonly said: string[];
  readonly messages: string[];
  record(count: number): void;
}

function reporterOf(said: string[], messages: string[] = []): ReturnType<typeof createReporter> {
  return createReporter({
    level: 'debug',
    forPerson: false,
    write(line) {
      const { code, message } = JSON.parse(line) as { code: string; message: string };
      said.push(code.split(' ', 1)[0]!);
      messages.push(message);
    },
  });
}

/** Sends batches of two records, each to the next of `answers`; the last one answers all others. */
function openSender(...answers: readonly (SendResult | Promise<SendResult>)[]): SenderKit {
  const account = createAccount('traces');
  const said: string[] = [];
  const messages: string[] = [];
  const reporter = reporterOf(said, messages);
  const sentAt: number[] = [];
  const sender = createSender({
    signal: 'traces',
    batch: { scheduleDelayMs: LONG_MS, exportTimeoutMs: LONG_MS, maxQueueSize: Infinity, maxExportBatchSize: BATCH },
    queueMaxBytes: 64 * 2 ** 20,
    requestTimeoutMs: LONG_MS,
    encoder: protobufEncoder,
    resource: () => new Uint8Array(),
    transport: {
      send: async () => answers[Math.min(sentAt.push(performance.now()), answers.length) - 1]!,
      unref() {},
      close() {},
    },
    account,
    health: createEndpointHealth('http://collector:4318', reporter),
    reporter,
    onQueueFull() {},
  });
  const scope = new Uint8Array(1);
  const record = (count: number): void => {
    for (let each = 0; each < count; each++) sender.add(scope, new Uint8Array(10));
  };
  return { sender, account, sentAt, said, messages, record };
}

const dropped = ({ account }: SenderKit): unknown => Object.fromEntries(account.dropped);

test('a refusal costs one batch, and what waits behind it is not tried at once', async () => {
  const kit = openSender(REFUSED, ACCEPTED);
  kit.record(2 * BATCH);
  while (kit.account.acknowledged < BATCH) await new Promise((resolve) => setTimeout(resolve, 10));
  assert.deepEqual(dropped(kit), { refused: BATCH });
  const [first, second] = kit.sentAt as [number, number];
  assert.ok(second - first >= 490, `tried again after ${second - first} ms`);
});

test('a flush goes on behind a refusal, and sends what is accepted', async () => {
  const kit = openSender(REFUSED, ACCEPTED);
  kit.record(3 * BATCH);
  await kit.sender.flush(LONG_MS);
  assert.deepEqual({ acknowledged: kit.account.acknowledged, ...(dropped(kit) as object) }, { acknowledged: 2 * BATCH, refused: BATCH });
});

test('a flush that meets nothing but refusals ends in time, and leaves the rest for the end of the process', async () => {
  const kit = openSender(REFUSED);
  kit.record(100 * BATCH);
  await kit.sender.flush(400, { thenStop: true });
  assert.ok(kit.sentAt.length <= 3, `${kit.sentAt.length} batches were thrown after a refusal`);
  assert.equal(kit.sender.takePending().length, 100 - kit.sentAt.length);
});

test('what waits for another try keeps a flush no longer than one try', async () => {
  const kit = openSender({ kind: 'retry', reason: 'http_503', message: 'Busy.' });
  kit.record(3 * BATCH);
  await kit.sender.flush(LONG_MS);
  assert.equal(kit.sentAt.length, 1);
  kit.sender.close();
});

test('a request that is given up is said to be lost, and not to wait', async () => {
  let answer!: (result: SendResult) => void;
  const kit = openSender(new Promise((resolve) => (answer = resolve)));
  kit.record(1);
  await kit.sender.flush(10);
  kit.sender.close();
  answer({ kind: 'retry', reason: 'closed', message: 'The records wait and are sent again.' });
  await new Promise(setImmediate);
  assert.deepEqual(kit.said, ['export.closed']);
  assert.match(kit.messages[0]!, /a request with 1 span had no answer\. They are lost\./);
});

test('a record that is too large, and one that cannot be encoded, are said', () => {
  const kit = openSender(ACCEPTED);
  for (let each = 0; each < 2; each++) {
    kit.sender.add(new Uint8Array(1), new Uint8Array(4_000_000));
    kit.sender.addFailed(new RangeError('too deep'));
  }
  assert.deepEqual(kit.said, ['too-large.traces', 'encode-error.traces']);
  assert.match(kit.messages[0]!, /A span must encode to at most 3670016 bytes, but one has 4000000\. It is lost/);
  assert.match(kit.messages[1]!, /A span must be encodable, but one was not: too deep\. It is lost/);
  assert.deepEqual(dropped(kit), { too_large: 2, encode_error: 2 });
});

test('the console exporter counts what cannot be encoded, and prints nothing after it was closed', () => {
  const account = createAccount('logs');
  const said: string[] = [];
  const sender = createConsoleSender('logs', account, reporterOf(said));
  sender.addFailed(new Error('hostile'));
  sender.close();
  sender.add(new Uint8Array(), Buffer.from('{}'));
  assert.deepEqual(
    { said, produced: account.produced, acknowledged: account.acknowledged, dropped: Object.fromEntries(account.dropped) },
    { said: ['encode-error.logs'], produced: 2, acknowledged: 0, dropped: { encode_error: 1, after_shutdown: 1 } },
  );
});
