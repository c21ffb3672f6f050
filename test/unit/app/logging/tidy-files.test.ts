import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { tidyFiles } from '../../../../src/app/logging/tidy-files.ts';

describe('tidying log files', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'signalbox-tidy-'))));
  afterEach(() => rmSync(folder, { recursive: true }));
  const config = (maxCount: number) => ({ folder, maxBytes: 1000, maxCount, maxDays: 30 });
  const put = (name: string, ageMs: number, text = `${name}\n`): void => {
    writeFileSync(join(folder, name), text);
    const at = new Date(Date.now() - ageMs);
    utimesSync(join(folder, name), at, at);
  };

  it('compresses full files, removes the oldest, and leaves what is not its own', async () => {
    put('app_20261130.2.log', 60_000);
    put('app_20261130.1.log', 60_000);
    put('app_20261130.log', 60_000);
    put('app_20261129.log', 90_000_000);
    put('notes.txt', 90_000_000);
    assert.equal(await tidyFiles(config(3), Date.now()), false);
    assert.deepEqual(readdirSync(folder).sort(), ['app_20261130.1.log.gz', 'app_20261130.2.log', 'app_20261130.log.gz', 'notes.txt']);
    assert.equal(gunzipSync(readFileSync(join(folder, 'app_20261130.log.gz'))).toString(), 'app_20261130.log\n');
  });

  it('waits for files that another process may still write to', async () => {
    put('app_20261130.1.log', 0);
    put('app_20261130.log', 0);
    assert.equal(await tidyFiles(config(3), Date.now()), true);
    assert.deepEqual(readdirSync(folder).sort(), ['app_20261130.1.log', 'app_20261130.log']);
  });

  it('is left to the process that does it already, unless that died', async () => {
    put('app_20261130.1.log', 60_000);
    put('app_20261130.log', 60_000);
    put('.signalbox-tidy.lock', 0, '');
    assert.equal(await tidyFiles(config(3), Date.now()), true);
    assert.ok(readdirSync(folder).includes('app_20261130.log'));
    put('.signalbox-tidy.lock', 3_600_000, '');
    await tidyFiles(config(3), Date.now());
    await tidyFiles(config(3), Date.now());
    assert.deepEqual(readdirSync(folder).sort(), ['app_20261130.1.log', 'app_20261130.log.gz']);
  });
});
