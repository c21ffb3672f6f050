import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  dayOf,
  fileName,
  namesToCompress,
  namesToRemove,
  newestNumber,
  parseFileName,
  type LogFile,
} from '../../../../src/app/logging/file-names.ts';

const DAY_MS = 86_400_000;
const NOW = Date.parse('2026-11-30T12:00:00');

function file(name: string, ageDays = 0): LogFile {
  const parsed = parseFileName(name);
  assert.ok(parsed, name);
  return { ...parsed, name, modifiedMs: NOW - ageDays * DAY_MS };
}

describe('log files', () => {
  it('are named by kind, day and number', () => {
    assert.equal(dayOf(NOW), '20261130');
    assert.equal(fileName('app', '20261130', 0), 'app_20261130.log');
    assert.equal(fileName('error', '20261130', 2), 'error_20261130.2.log');
    assert.deepEqual(parseFileName('access_20261130.12.log.gz'), { kind: 'access', day: '20261130', number: 12, isCompressed: true });
    for (const other of [
      'app.log',
      'app_20261130.log.bak',
      'other_20261130.log',
      'app_2026.log',
      '.app_20261130.log',
      'app_20261130.log.gz.part',
    ])
      assert.equal(parseFileName(other), undefined, other);
  });

  it('are written to at the highest number of the day, behind what is compressed', () => {
    const names = [
      'app_20261129.7.log',
      'app_20261130.log',
      'app_20261130.2.log',
      'app_20261130.10.log',
      'error_20261130.30.log',
      'notes.txt',
    ];
    assert.equal(newestNumber(names, 'app', '20261130'), 10);
    assert.equal(newestNumber(['app_20261130.log.gz'], 'app', '20261130'), 1);
    assert.equal(newestNumber([], 'app', '20261130'), 0);
  });

  it('are removed by count and by age, each kind for itself; the newest stays', () => {
    const files = [
      file('app_20261130.10.log'),
      file('app_20261130.9.log'),
      file('app_20261130.log.gz'),
      file('app_20261129.log.gz', 1),
      file('error_20261001.log', 60),
      file('access_20261001.log', 60),
      file('access_20261130.log'),
    ];
    assert.deepEqual(namesToRemove(files, { maxCount: 2, maxDays: 30 }, NOW), [
      'app_20261130.log.gz',
      'app_20261129.log.gz',
      'access_20261001.log',
    ]);
    assert.deepEqual(namesToRemove(files, { maxCount: 10, maxDays: 0 }, NOW), []);
  });

  it('are compressed when nobody has written to them for a while', () => {
    const files = [file('app_20261130.1.log', 1), file('app_20261130.log', 1), file('app_20261129.log'), file('app_20261128.log.gz', 2)];
    assert.deepEqual(namesToCompress(files, NOW, 10_000), ['app_20261130.log']);
  });
});
