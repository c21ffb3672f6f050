import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAccount, type Account } from '../../../src/diagnostics/account.ts';
import { createReporter } from '../../../src/diagnostics/reporter.ts';
import { createConsoleSender } from '../../../src/export/console-sender.ts';
import { createEndpointHealth } from '../../../src/export/endpoint-health.ts';
import { protobufEncoder } from '../../../src/otlp/encode/protobuf-encoder.ts';
import { createSender, type Sender } from '../../../src/export/sender.ts';
import type { SenderClock } from '../../../src/export/sender-state.ts';
import type { Peer, SendResult } from '../../../src/otlp/types.ts';
import { LONG_MS } from './transport/transport-kit.ts';

const BATCH = 2;
const SCHEDULE_MS = 5000;
const ACCEPTED: SendResult = { kind: 'accepted', rejected: 0 };
const BUSY: SendResult = { kind: 'retry', reason: 'http_503', message: 'Busy.' };
const REFUSED: SendResult = { kind: 'refused', reason: 'http_404', message: 'Not found.' };

interface SenderKit {
  readonly sender: Sender;
  readonly account: Account;
  /** Bodies, in the order in which they were sent. */
  readonly sent: Uint8Array[];
  /** How often the process was let go. */
  readonly releases: () => number;
  /** Codes of what was said, without the endpoint. */
  readonly said: string[];
  readonly messages: string[];
  readonly clock: FakeClock;
  record(count: number): void;
}

interface FakeClock extends SenderClock {
  /** Milliseconds until each timer that is set, the soonest first. */
  delays(): number[];
  /** Lets time pass, and then everything that follows from it. */
  advance(ms: number): Promise<void>;
}

/** Time that passes only when a test says so. */
function fakeClock(): FakeClock {
  let nowMs = 1000;
  const timers = new Map<object, { readonly atMs: number; readonly fn: () => void }>();
  return {
    nowMs: () => nowMs,
    random: () => 0.5,
    setTimeout(fn, ms) {
      const timer = { unref() {} };
      timers.set(timer, { atMs: nowMs + ms, fn });
      return timer as NodeJS.Timeout;
    },
    clearTimeout: (timer) => void timers.delete(timer),
    setImmediate,
    delays: () => Array.from(timers.values(), ({ atMs }) => atMs - nowMs).sort((x, y) => x - y),
    async advance(ms) {
      nowMs += ms;
      for (const [timer, { atMs, fn }] of timers) {
        if (atMs > nowMs) continue;
        timers.delete(timer);
        fn();
      }
      await turn();
    },
  };
}

/** What follows from what just happened has happened. */
async function turn(): Promise<void> {
  for (let each = 0; each < 3; each++) await new Promise(setImmediate);
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

interface KitOptions {
  readonly peer?: Peer;
  readonly ready?: Promise<void>;
  readonly recordBytes?: number;
}

/** Sends batches of two records, each to the next of `answers`; the last one answers all others. */
function openSender(
  answers: readonly (SendResult | Promise<SendResult>)[],
  { peer = {}, ready, recordBytes = 10 }: KitOptions = {},
): SenderKit {
  const account = createAccount('traces');
  const said: string[] = [];
  const messages: string[] = [];
  const reporter = reporterOf(said, messages);
  const sent: Uint8Array[] = [];
  const clock = fakeClock();
  let releases = 0;
  const sender = createSender({
    signal: 'traces',
    batch: { scheduleDelayMs: SCHEDULE_MS, exportTimeoutMs: LONG_MS, maxQueueSize: Infinity, maxExportBatchSize: BATCH },
    queueMaxBytes: 64 * 2 ** 20,
    requestTimeoutMs: LONG_MS,
    encoder: protobufEncoder,
    resource: () => new Uint8Array(),
    ready,
    transport: {
      peer,
      send: async (body) => answers[Math.min(sent.push(body), answers.length) - 1]!,
      unref: () => void releases++,
      close() {},
    },
    account,
    health: createEndpointHealth('http://collector:4318', reporter),
    reporter,
    onQueueFull() {},
    clock,
  });
  const scope = new Uint8Array(1);
  const record = (count: number): void => {
    for (let each = 0; each < count; each++) sender.add(scope, new Uint8Array(recordBytes));
  };
  return { sender, account, sent, releases: () => releases, said, messages, clock, record };
}

const dropped = ({ account }: SenderKit): unknown => Object.fromEntries(account.dropped);

test('records leave when they are a batch, or when their time is over', async () => {
  const kit = openSender([ACCEPTED]);
  kit.record(1);
  await turn();
  assert.deepEqual([kit.sent.length, kit.clock.delays()], [0, [SCHEDULE_MS]]);
  kit.record(BATCH - 1);
  await turn();
  assert.deepEqual([kit.sent.length, kit.clock.delays()], [1, []]);
  kit.record(1);
  await kit.clock.advance(SCHEDULE_MS - 1);
  assert.equal(kit.sent.length, 1);
  await kit.clock.advance(1);
  assert.deepEqual([kit.sent.length, kit.account.acknowledged], [2, BATCH + 1]);
});

test('a refusal costs one batch, and what waits behind it is not tried before the pause is over', async () => {
  const kit = openSender([REFUSED, ACCEPTED]);
  kit.record(2 * BATCH);
  await turn();
  const [pauseMs = 0] = kit.clock.delays();
  assert.deepEqual(kit.clock.delays(), [750]); // half way between 500 and 1000
  kit.record(BATCH);
  await kit.clock.advance(pauseMs - 1);
  assert.equal(kit.sent.length, 1);
  await kit.clock.advance(1);
  assert.deepEqual([kit.sent.length, kit.account.acknowledged, dropped(kit)], [3, 2 * BATCH, { refused: BATCH }]);
});

test('what is not taken is sent again, the same bytes, after pauses that double; then the rest follows', async () => {
  const kit = openSender([BUSY, BUSY, ACCEPTED]);
  kit.record(2 * BATCH);
  await turn();
  await kit.clock.advance(750);
  assert.deepEqual([kit.sent.length, kit.clock.delays()], [2, [1500]]);
  await kit.clock.advance(1500);
  assert.deepEqual([kit.sent.length, kit.account.acknowledged, dropped(kit)], [4, 2 * BATCH, {}]);
  assert.ok(kit.sent[0] === kit.sent[1] && kit.sent[1] === kit.sent[2] && kit.sent[2] !== kit.sent[3]);
  assert.deepEqual(kit.said, ['export.http_503', 'export.recovered']);
});

test('what breaks off three times in a row is sent in halves after a pause', async () => {
  const TIMED_OUT: SendResult = { kind: 'retry', reason: 'timeout', message: 'No answer.' };
  const kit = openSender([TIMED_OUT, TIMED_OUT, TIMED_OUT, ACCEPTED], { recordBytes: 20_000 });
  kit.record(BATCH);
  await turn();
  for (const delayMs of [750, 1500, 750]) {
    assert.deepEqual(kit.clock.delays(), [delayMs]);
    await kit.clock.advance(delayMs);
  }
  assert.deepEqual([kit.sent.length, kit.account.acknowledged, dropped(kit)], [5, BATCH, {}]);
  assert.ok(kit.sent[4]!.length < kit.sent[0]!.length);
});

test('a request under way lets the process end, and is under way until its answer', async () => {
  let answer!: (result: SendResult) => void;
  const kit = openSender([new Promise((resolve) => (answer = resolve)), new Promise(() => {})]);
  kit.record(BATCH);
  await turn();
  assert.deepEqual([kit.releases(), kit.sender.isSending], [1, true]);
  answer(BUSY);
  await turn();
  assert.deepEqual([kit.releases(), kit.sender.isSending], [1, false]);
  await kit.clock.advance(750);
  assert.deepEqual([kit.sent.length, kit.releases(), kit.sender.isSending], [2, 2, true]);
});

test('the first request waits for what its resource needs, and takes what came meanwhile', async () => {
  let getReady!: () => void;
  const kit = openSender([ACCEPTED], { ready: new Promise((resolve) => (getReady = resolve)) });
  kit.record(BATCH);
  await turn();
  kit.record(BATCH);
  await turn();
  assert.equal(kit.sent.length, 0);
  getReady();
  await turn();
  assert.deepEqual([kit.sent.length, kit.account.acknowledged], [2, 2 * BATCH]);
});

test('what the end of the process takes over knows where the endpoint was reached, and its answer no longer counts', async () => {
  let answer!: (result: SendResult) => void;
  const kit = openSender([new Promise((resolve) => (answer = resolve))], { peer: { address: '10.1.2.3' } });
  kit.record(2 * BATCH);
  await turn();
  const pending = kit.sender.takePending();
  assert.deepEqual(
    pending.map(({ address, records }) => [address, records]),
    [
      ['10.1.2.3', BATCH],
      ['10.1.2.3', BATCH],
    ],
  );
  answer(ACCEPTED);
  await turn();
  assert.deepEqual([kit.sent.length, kit.account.acknowledged], [1, 0]);
});

test('what the end of the process would send to the process itself is given up at once', async () => {
  const kit = openSender([BUSY], { peer: { isOwnProcess: true } });
  kit.record(2 * BATCH);
  await turn();
  assert.deepEqual([kit.sender.takePending(), dropped(kit)], [[], { exit_deadline: 2 * BATCH }]);
});

test('a collector whose clock is off is said although it accepts everything, and names itself once for all of it', async () => {
  const kit = openSender([ACCEPTED], { peer: { clockAheadMs: -7_200_000 } });
  for (let each = 0; each < 3; each++) {
    kit.record(BATCH);
    await turn();
  }
  assert.deepEqual([kit.sent.length, kit.said], [3, ['export.clock']]);
  assert.match(kit.messages[0]!, /http:\/\/collector:4318 is 2 hours behind the clock of this machine/);
});

test('that the endpoint is the process itself is said with the setting that names it', async () => {
  const kit = openSender([ACCEPTED], { peer: { isOwnProcess: true, setting: 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT' } });
  kit.record(BATCH);
  await turn();
  assert.deepEqual(kit.said, ['export.own_endpoint']);
  assert.match(kit.messages[0]!, /is this process itself.* Set OTEL_EXPORTER_OTLP_TRACES_ENDPOINT to the address of a collector/);
});

test('a flush goes on behind a refusal, and sends what is accepted', async () => {
  const kit = openSender([REFUSED, ACCEPTED]);
  kit.record(3 * BATCH);
  const flushed = kit.sender.flush(LONG_MS);
  await turn();
  assert.deepEqual([kit.sent.length, kit.clock.delays()], [1, [250]]);
  await kit.clock.advance(250);
  await flushed;
  assert.deepEqual({ acknowledged: kit.account.acknowledged, ...(dropped(kit) as object) }, { acknowledged: 2 * BATCH, refused: BATCH });
});

test('a flush that meets nothing but refusals ends in time, and leaves the rest for the end of the process', async () => {
  const kit = openSender([REFUSED]);
  kit.record(100 * BATCH);
  const flushed = kit.sender.flush(400, { thenStop: true });
  await turn();
  await kit.clock.advance(250);
  assert.equal(kit.sent.length, 2);
  await kit.clock.advance(250);
  await flushed;
  assert.deepEqual([kit.sent.length, kit.sender.takePending().length], [3, 97]);
});

test('what waits for another try keeps a flush no longer than one try', async () => {
  const kit = openSender([BUSY]);
  kit.record(3 * BATCH);
  await kit.sender.flush(LONG_MS);
  assert.equal(kit.sent.length, 1);
  kit.sender.close();
});

test('a request that is given up is said to be lost, and not to wait', async () => {
  let answer!: (result: SendResult) => void;
  const kit = openSender([new Promise((resolve) => (answer = resolve))]);
  kit.record(1);
  await kit.sender.flush(10);
  kit.sender.close();
  answer({ kind: 'retry', reason: 'closed', message: 'The records wait and are sent again.' });
  await new Promise(setImmediate);
  assert.deepEqual(kit.said, ['export.closed']);
  assert.match(kit.messages[0]!, /a request with 1 span had no answer\. They are lost\./);
});

test('a record that is too large, and one that cannot be encoded, are said', () => {
  const kit = openSender([ACCEPTED]);
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
