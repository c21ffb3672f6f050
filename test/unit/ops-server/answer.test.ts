import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { answerOps, type OpsParts, type OpsResponse } from '../../../src/ops-server/answer.ts';
import { partsWith, sourceOf } from './kit.ts';
import { EVERYTHING } from './exposition/kit.ts';

function get(parts: OpsParts, url: string, headers: Readonly<Record<string, string>> = {}, method = 'GET'): Promise<OpsResponse> {
  return answerOps({ method, url, header: (name) => headers[name] }, parts);
}
const json = ({ body }: OpsResponse): { status: string; checks: Record<string, Record<string, unknown>> } & Record<string, unknown> => JSON.parse(String(body)); // prettier-ignore

describe('the ops port answers', () => {
  it('health with 200 while it is healthy or degraded, and with 503 when it is not', async () => {
    const parts = partsWith();
    parts.health.register('cache', () => false, { critical: false });
    assert.deepEqual([(await get(parts, '/health')).status, json(await get(parts, '/health/')).status], [200, 'degraded']);
    parts.health.register('database', () => false);
    const report = await get(parts, '/health?verbose');
    assert.deepEqual([report.status, json(report).status], [503, 'unhealthy']);
    assert.deepEqual([(await get(parts, '/ready')).status, (await get(parts, '/health/ready')).status], [503, 503]);
    assert.deepEqual([(await get(parts, '/live')).status, (await get(parts, '/health/live')).status], [200, 200]);
  });

  it('live without a check, also when everything is away and the process is ending', async () => {
    const parts = partsWith();
    parts.health.register('database', () => assert.fail('was run'));
    parts.health.shuttingDown();
    const report = json(await get(parts, '/live'));
    assert.deepEqual([report.status, report.checks], ['healthy', {}]);
    assert.equal((await get(parts, '/ready')).status, 503);
  });

  it('details only to whoever may see them', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'signalbox-token-'));
    const tokenFile = join(folder, 'token');
    writeFileSync(tokenFile, 'filed\n');
    const parts = partsWith({ token: 'known', tokenFile });
    parts.health.register('database', () => ({ status: 'degraded', details: { connections: 3 }, error: 'slow' }));
    const seenWith = async (authorization?: string): Promise<unknown> => json(await get(parts, '/health', authorization === undefined ? {} : { authorization })).checks['database']?.['error']; // prettier-ignore
    assert.deepEqual(await Promise.all([seenWith('Bearer known'), seenWith('bearer  filed')]), ['slow', 'slow']);
    writeFileSync(tokenFile, 'changed');
    for (const wrong of [undefined, '', 'known', 'Basic known', 'Bearer knowm', 'Bearer filed', 'Bearer ', 'Bearer known x'])
      assert.equal(await seenWith(wrong), undefined, wrong);
    assert.equal(await seenWith('Bearer changed'), 'slow');
    rmSync(folder, { recursive: true });
    assert.equal(await seenWith('Bearer changed'), undefined);
    const open = partsWith({ details: true });
    open.health.register('database', () => Promise.reject(new Error('away')));
    assert.equal(json(await get(open, '/health')).checks['database']?.['error'], 'away');
  });

  it('the format of the draft to whoever asks for it', async () => {
    const parts = partsWith({ details: true });
    parts.health.register('database', () => Promise.reject(new Error('away')), { critical: false });
    const response = await get(parts, '/health', { accept: 'application/health+json, application/json;q=0.5' });
    assert.equal(response.headers['content-type'], 'application/health+json');
    const { status, checks } = json(response);
    const [check] = checks['database:responseTime'] as unknown as Record<string, unknown>[];
    assert.deepEqual([status, check?.['status'], check?.['output'], check?.['observedUnit']], ['warn', 'fail', 'away', 'ms']);
    assert.match(String((await get(parts, '/health', { accept: '*/*' })).headers['content-type']), /^application\/json/);
  });

  it('metrics in the format and the encoding that is asked for', async () => {
    const parts = partsWith();
    const text = await get(parts, '/metrics');
    assert.equal(text.headers['content-type'], 'text/plain; version=0.0.4; charset=utf-8');
    assert.match(
      String(text.body),
      /^# HELP target_info Target metadata\n# TYPE target_info gauge\ntarget_info\{service_name="shop"\} 1\n/,
    );
    const accept = 'application/openmetrics-text;version=1.0.0';
    const zipped = await get(parts, '/metrics', { accept, 'accept-encoding': 'gzip' });
    assert.equal(zipped.headers['content-encoding'], 'gzip');
    assert.match(gunzipSync(zipped.body as Uint8Array).toString(), /\n# EOF\n$/);
    assert.equal(
      (await get(partsWith({}, sourceOf([])), '/metrics', { 'accept-encoding': 'gzip' })).headers['content-encoding'],
      undefined,
    );
  });

  it('many scrapes by one collection, and a later one by a new one', async () => {
    let collections = 0;
    const parts = partsWith(
      {},
      sourceOf(EVERYTHING, async () => void collections++),
    );
    const bodies = await Promise.all(Array.from({ length: 500 }, () => get(parts, '/metrics')));
    assert.equal(collections, 1);
    assert.equal(new Set(bodies.map(({ body }) => String(body))).size, 1);
    await get(parts, '/metrics');
    assert.equal(collections, 2);
  });

  it('500 where a collection fails, and goes on', async () => {
    let isBroken = true;
    const parts = partsWith({}, sourceOf(EVERYTHING, () => {
        if (isBroken) throw new Error('broken');
      })); // prettier-ignore
    assert.equal((await get(parts, '/metrics')).status, 500);
    isBroken = false;
    assert.equal((await get(parts, '/metrics')).status, 200);
  });

  it('404 for what it does not have, 405 for what changes something', async () => {
    const parts = partsWith({}, undefined);
    assert.match(String((await get({ ...parts, scraper: undefined }, '/metrics')).body), /^No metrics\.$/m);
    for (const url of ['/', '/metricsx', '/health/..', '//metrics', '/HEALTH', '']) assert.equal((await get(parts, url)).status, 404, url);
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'get']) {
      const response = await get(parts, '/health', {}, method);
      assert.deepEqual([response.status, response.headers['allow']], [405, 'GET, HEAD']);
    }
  });
});
