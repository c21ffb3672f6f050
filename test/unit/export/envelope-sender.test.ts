import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createAccount } from '../../../src/diagnostics/account.ts';
import { createEnvelopeSender } from '../../../src/export/envelope-sender.ts';
import type { Peer, SendResult, Transport } from '../../../src/otlp/types.ts';
import { ENVELOPE_RECEIVERS } from '../../../src/export/envelope-receivers.ts';
import type { EnvelopeDrop } from '../../../src/names/metrics/errors.ts';
import type { EnvelopeKind } from '../../../src/runtime/error-delivery.ts';

const ACCEPTED: SendResult = { kind: 'accepted', rejected: 0 };
const envelope = (text: string): Uint8Array => Buffer.from(text);

function start(...answers: (SendResult | 'never')[]) {
  return startFor('errors', ...answers);
}

function startFor(kind: EnvelopeKind, ...answers: (SendResult | 'never')[]) {
  const sent: string[] = [];
  const said: string[] = [];
  const dropped: Partial<Record<EnvelopeDrop, number>> = {};
  const peer: Peer = {};
  const transport: Transport = {
    peer,
    send(body) {
      sent.push(Buffer.from(body).toString());
      const answer = answers.shift() ?? ACCEPTED;
      return answer === 'never' ? new Promise(() => {}) : Promise.resolve(answer);
    },
    unref() {},
    close() {},
  };
  const account = createAccount(kind, ENVELOPE_RECEIVERS[kind].component);
  const sender = createEnvelopeSender({
    kind,
    otlp: { protocol: 'http/json', url: 'https://sentry.example.org/api/1/envelope/', headers: {}, timeoutMs: 1000, compression: 'none' },
    account,
    transport,
    userAgent: 'test',
    reporter: { say: (code) => said.push(code) > 0, forget() {} },
    onDropped: (reason, count) => (dropped[reason] = (dropped[reason] ?? 0) + count),
  });
  return { account, dropped, peer, said, sender, sent };
}

const LIMITED: SendResult = { kind: 'retry', reason: 'http_429', message: '', retryAfterMs: 60_000 };
const DOWN: SendResult = { kind: 'retry', reason: 'connection_refused', message: '' };

describe('the sender of envelopes', () => {
  it('sends one after the other', async () => {
    const { account, sender, sent } = start();
    for (const text of ['a', 'b', 'c']) sender.add(envelope(text));
    assert.deepEqual(sent, ['a']);
    await sender.flush(1000);
    assert.deepEqual([sent, account.produced, account.acknowledged], [['a', 'b', 'c'], 3, 3]);
  });

  it('sends no more after an answer that took one and limits errors from now on', async () => {
    const { account, dropped, said, sender, sent, peer } = start();
    peer.limits = '2700:transaction:organization, 60:default;error:key';
    for (const text of ['a', 'b']) sender.add(envelope(text));
    await sender.flush(1000);
    sender.add(envelope('c'));
    assert.deepEqual([sent, account.acknowledged, dropped, said], [['a'], 1, { rate_limited: 2 }, ['sentry.limited']]);
  });

  it('goes on where something else is limited, and where it is no Sentry', async () => {
    const others = start();
    others.peer.limits = '60:transaction:key, x:error, 0:error, ::';
    const alerts = startFor('alerts');
    alerts.peer.limits = '60::key';
    for (const { sender } of [others, alerts]) {
      for (const text of ['a', 'b']) sender.add(envelope(text));
      await sender.flush(1000);
    }
    assert.deepEqual([others.sent, others.said, alerts.sent, alerts.said], [['a', 'b'], [], ['a', 'b'], []]);
  });

  it('drops what Sentry limits, and all that comes while it does', async () => {
    const { dropped, said, sender, sent } = start(LIMITED);
    sender.add(envelope('a'));
    sender.add(envelope('b'));
    await sender.flush(1000);
    sender.add(envelope('c'));
    assert.deepEqual([sent, dropped, said], [['a'], { rate_limited: 3 }, ['sentry.limited']]);
  });

  it('loses what is refused and goes on with the next', async () => {
    const { dropped, said, sender, sent } = start({ kind: 'refused', reason: 'http_403', message: '' });
    sender.add(envelope('a'));
    sender.add(envelope('b'));
    await sender.flush(1000);
    await sender.flush(1000);
    assert.deepEqual([sent, dropped, said.slice(0, 1)], [['a', 'b'], { refused: 1 }, ['sentry.refused']]);
  });

  it('keeps what a server that is down did not take, and sends it when it is back', async () => {
    const { account, dropped, said, sender, sent } = start(DOWN);
    sender.add(envelope('a'));
    await sender.flush(1000);
    sender.add(envelope('b'));
    assert.deepEqual(sent, ['a']);
    await sender.flush(1000);
    assert.deepEqual([sent, account.acknowledged, dropped], [['a', 'a', 'b'], 2, {}]);
    assert.deepEqual(said, ['sentry.unreachable', 'sentry.recovered']);
  });

  it('holds a bounded number of them', () => {
    const { dropped, sender } = start('never');
    for (let i = 0; i < 1003; i++) sender.add(envelope('a'));
    sender.add(new Uint8Array(1024 * 1024 + 1));
    assert.deepEqual(dropped, { queue_full: 2, too_large: 1 });
  });

  it('passes on what has no answer when the process ends, and counts what becomes of it', () => {
    const { account, dropped, sender } = start('never');
    for (const text of ['a', 'b', 'c']) sender.add(envelope(text));
    const pending = sender.takePending();
    assert.deepEqual(
      pending.map(({ body }) => Buffer.from(body).toString()),
      ['a', 'b', 'c'],
    );
    const [a, b, c] = pending as [(typeof pending)[0], (typeof pending)[0], (typeof pending)[0]];
    sender.settle(a, { kind: 'accepted', rejected: 0 });
    sender.settle(b, { kind: 'lost', reason: 'refused' });
    sender.settle(c, { kind: 'lost', reason: 'exit_deadline' });
    assert.deepEqual([account.acknowledged, dropped, sender.takePending()], [1, { refused: 1, exit_deadline: 1 }, []]);
  });

  it('counts what comes after its end', () => {
    const { dropped, sender } = start('never');
    sender.add(envelope('a'));
    sender.close();
    sender.add(envelope('b'));
    assert.deepEqual(dropped, { exit_deadline: 1, after_shutdown: 1 });
  });

  it('asks a server of alerts that fails again, ten times for each', async () => {
    const failed: SendResult = { kind: 'refused', reason: 'http_500', message: '' };
    const { dropped, said, sender, sent } = startFor('alerts', ...Array.from({ length: 11 }, () => failed));
    sender.add(envelope('a'));
    sender.add(envelope('b'));
    for (let i = 0; i < 13; i++) await sender.flush(1000);
    assert.deepEqual([sent.filter((text) => text === 'a').length, sent.filter((text) => text === 'b').length], [10, 2]);
    assert.deepEqual([dropped, said[0], said.at(-1)], [{ refused: 1 }, 'alerts.unreachable', 'alerts.recovered']);
  });
});
