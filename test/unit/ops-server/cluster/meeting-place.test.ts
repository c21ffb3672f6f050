import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import {
  claimSocket,
  groupPlace,
  newestGeneration,
  openFolder,
  primaryPlace,
  socketPath,
  type MeetingPlace,
} from '../../../../src/ops-server/cluster/meeting-place.ts';

let base: string;
let place: MeetingPlace;
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'signalbox-test-'));
  place = { folder: join(base, 'place'), name: `${process.pid}-abc` };
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

const files = (): string[] => readdirSync(place.folder).sort();
const put = (...names: string[]): void => names.forEach((name) => writeFileSync(join(place.folder, name), ''));

describe('the place where processes of a cluster meet', () => {
  it('is another one for each application, port and primary', () => {
    const parts = ['shop', '127.0.0.1', 9464, '/app.js'];
    const name = (primaryPid: number, of: readonly unknown[]): string => groupPlace({ primaryPid, parts: of }).name;
    assert.equal(name(1, parts), name(1, [...parts]));
    const others = [name(2, parts), name(1, ['cart', ...parts.slice(1)]), name(1, ['shop', '127.0.0.1', 9465, '/app.js']), primaryPlace(1).name]; // prettier-ignore
    assert.equal(new Set([name(1, parts), ...others]).size, 5);
  });

  it('fits into the address of a socket', () => {
    const path = socketPath(groupPlace({ primaryPid: 4_194_304, parts: ['a'.repeat(1000)] }), 999);
    assert.ok(Buffer.byteLength(path) <= 103, path);
  });

  it('is made for this user alone', () => {
    openFolder(place);
    openFolder(place);
    assert.deepEqual(files(), []);
  });

  it('is refused where others can get in, or where somebody put something else', () => {
    mkdirSync(place.folder);
    chmodSync(place.folder, 0o755);
    assert.throws(() => openFolder(place), /must be a folder of this user alone/);
    rmSync(place.folder, { recursive: true });
    mkdirSync(join(base, 'elsewhere'), { mode: 0o700 });
    symlinkSync(join(base, 'elsewhere'), place.folder);
    assert.throws(() => openFolder(place), /must be a folder of this user alone/);
  });

  it('forgets what primaries that are dead have left, and nothing else', () => {
    openFolder(place);
    const { pid: dead } = spawnSync(process.execPath, ['--version']);
    put(`${dead}-abc.1.sock`, `${dead}-abc.w1.counts`, `${process.pid}-abc.1.sock`, 'notes.txt');
    openFolder(place);
    assert.deepEqual(files(), [`${process.pid}-abc.1.sock`, 'notes.txt'].sort());
  });

  it('knows the newest socket, and forgets those before it only', () => {
    openFolder(place);
    assert.equal(newestGeneration(place), 0);
    put(`${place.name}.2.sock`, `${place.name}.9.sock`, `${place.name}.10.sock`, `${place.name}d.77.sock`, `${place.name}.w3.counts`);
    assert.equal(newestGeneration(place), 10);
    claimSocket(place, 9);
    assert.deepEqual(
      files(),
      [`${place.name}.10.sock`, `${place.name}.9.sock`, `${place.name}.w3.counts`, `${place.name}d.77.sock`].sort(),
    );
  });
});
