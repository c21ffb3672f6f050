import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import type { ReceivedAlert } from '../../../src/runtime/alert-handlers.ts';
import type { OpsRequest } from '../../../src/ops-server/answer.ts';
import { createAlertReceiver, MOST_BODY_BYTES } from '../../../src/ops-server/receive-alerts.ts';

const folder = mkdtempSync(join(tmpdir(), 'signalbox-tokens-'));
after(() => rmSync(folder, { recursive: true }));

const TOKEN = 'open-sesame';
const tokenFile = join(folder, 'token');
writeFileSync(tokenFile, 'filed-token\n');

const webhook = JSON.stringify({
  version: '4',
  alerts: [
    { status: 'firing', labels: { alertname: 'A' }, startsAt: '2026-01-01T00:00:00Z', endsAt: '0001-01-01T00:00:00Z', fingerprint: 'f1' },
    { status: 'firing', labels: { alertname: 'B' }, startsAt: '2026-01-01T00:00:00Z', endsAt: '0001-01-01T00:00:00Z', fingerprint: 'f2' },
  ],
});
const sign = (body: string, key: string): string => `sha256=${createHmac('sha256', key).update(body).digest('hex')}`;

async function post(headers: Readonly<Record<string, string>>, body = webhook): Promise<{ status: number; taken: string[] }> {
  const taken: string[] = [];
  const take = async ({ name }: ReceivedAlert): Promise<boolean> => (taken.push(name), name === 'A');
  const receiver = createAlertReceiver({ tokens: { token: TOKEN, tokenFile }, take });
  const request: OpsRequest = { method: 'POST', url: '/alerts', header: (name) => headers[name] };
  const bytes = Buffer.from(body);
  const { status } = receiver.refuse(request, bytes.length) ?? (await receiver.receive(request, bytes));
  return { status, taken };
}

describe('alerts that are posted', () => {
  it('are taken with the token, that of the file, or a signature made with one of them', async () => {
    for (const headers of [
      { authorization: `Bearer ${TOKEN}` },
      { authorization: 'bearer filed-token' },
      { 'x-signalbox-signature': sign(webhook, TOKEN) },
      { 'x-signalbox-signature': sign(webhook, 'filed-token').toUpperCase().replace('SHA256', 'sha256') },
    ])
      assert.deepEqual(await post(headers), { status: 200, taken: ['A', 'B'] }, JSON.stringify(headers));
  });

  it('are refused otherwise, and nothing is taken', async () => {
    for (const headers of [
      {},
      { authorization: '' },
      { authorization: 'Bearer ' },
      { authorization: `Bearer ${TOKEN}x` },
      { authorization: `Basic ${TOKEN}` },
      { 'x-signalbox-signature': '' },
      { 'x-signalbox-signature': `sha256=${'0'.repeat(64)}` },
      { 'x-signalbox-signature': sign(`${webhook} `, TOKEN) },
      { 'x-signalbox-signature': sign(webhook, '') },
      { 'x-signalbox-signature': sign(webhook, TOKEN).slice(7) },
    ])
      assert.deepEqual(await post(headers), { status: 401, taken: [] }, JSON.stringify(headers));
  });

  it('must be what Alertmanager sends, and not too large', async () => {
    const headers = { authorization: `Bearer ${TOKEN}` };
    for (const body of ['', '{', 'null', '[]', '{}', '{"alerts":{}}'])
      assert.deepEqual(await post(headers, body), { status: 400, taken: [] });
    assert.deepEqual(await post(headers, '{"alerts":[]}'), { status: 200, taken: [] });
    assert.deepEqual(await post(headers, ' '.repeat(MOST_BODY_BYTES + 1)), { status: 413, taken: [] });
  });

  it('are refused where the only token is an empty file', async () => {
    const empty = join(folder, 'empty');
    writeFileSync(empty, '\n');
    const receiver = createAlertReceiver({ tokens: { tokenFile: empty }, take: async () => true });
    for (const header of ['Bearer', 'Bearer ', 'Bearer \n']) {
      const request: OpsRequest = { method: 'POST', url: '/alerts', header: (name) => (name === 'authorization' ? header : undefined) };
      assert.equal(receiver.refuse(request, 2)?.status, 401);
    }
  });
});
