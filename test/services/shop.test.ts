import assert from 'node:assert/strict';
import { test } from 'node:test';
import { missing, startPostgres } from './services.ts';

interface Count {
  service: string;
  status: number;
  count: number;
}
interface Traffic {
  requests: { traceId: string; status: number; expectedStatus: number }[];
  counts: Count[];
  unexpected: number;
}
interface Shop {
  url: string;
  stop(): Promise<{ service: string; code: number | null; signal: string | null }[]>;
}

// The shop is plain JavaScript, as an application is, hence the types here.
const example = (file: string): Promise<unknown> => import(new URL(`../../examples/shop/${file}`, import.meta.url).href);
const { startShop } = (await example('shop.js')) as {
  startShop(options?: { databaseUrl?: string; onLine?(service: string, line: string): void }): Promise<Shop>;
};
const { runTraffic } = (await example('traffic.js')) as {
  runTraffic(options: { url: string; requests?: number; seed?: number; concurrency?: number }): Promise<Traffic>;
};

async function visit(databaseUrl: string): Promise<Traffic> {
  const lines: string[] = [];
  const shop = await startShop({ databaseUrl, onLine: (service, line) => void lines.push(`${service} ${line}`) });
  const traffic = await runTraffic({ url: shop.url, requests: 150, seed: 3, concurrency: 8 }).finally(async () => {
    for (const { service, code } of await shop.stop()) assert.equal(code, 0, `${service} ended with ${code}:\n${lines.join('\n')}`);
  });
  const wrong = traffic.requests.filter(({ status, expectedStatus }) => status !== expectedStatus);
  assert.deepEqual(wrong, [], lines.join('\n'));
  return traffic;
}

test('the shop answers as its traffic expects, whichever database it has', { skip: missing('postgres') }, async (t) => {
  const postgres = await startPostgres();
  t.after(postgres.stop);
  const onPostgres = await visit(postgres.url);
  const embedded = await visit('');

  const answered = onPostgres.counts.filter(({ service }) => service === 'storefront').reduce((sum, { count }) => sum + count, 0);
  assert.equal(answered, 150);
  assert.deepEqual(new Set(onPostgres.requests.map(({ status }) => status)), new Set([200, 201, 400, 404, 409, 500]));
  assert.deepEqual(embedded.counts, onPostgres.counts, 'the same seed sends the same requests');
  assert.equal(new Set(onPostgres.requests.map(({ traceId }) => traceId)).size, 150);
});

test('traffic goes to this machine only, and only as much as is allowed', async () => {
  await assert.rejects(runTraffic({ url: 'http://example.com' }), /must be on this machine/);
  await assert.rejects(runTraffic({ url: 'http://127.0.0.1:1', requests: 100_001 }), /from 1 to 100000, got "100001"/);
});
