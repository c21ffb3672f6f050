import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../../src/cli/main.ts', import.meta.url));
const SHIPPED = fileURLToPath(new URL('../../../grafana/dashboards/', import.meta.url));

function inFolder(t: TestContext): { folder: string; run: (...args: string[]) => { code: number | null; out: string; error: string } } {
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-dashboards-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return {
    folder,
    run(...args) {
      const { status, stderr, stdout } = spawnSync(process.execPath, [MAIN, 'dashboards', ...args], { cwd: folder, encoding: 'utf8' });
      return { code: status, out: stdout, error: stderr };
    },
  };
}

describe('signalbox dashboards write', () => {
  it('writes the shipped ones to grafana/dashboards', (t) => {
    const { folder, run } = inFolder(t);
    assert.deepEqual(run('write'), { code: 0, out: '11 files written to grafana/dashboards.\n', error: '' });
    const written = join(folder, 'grafana/dashboards');
    assert.deepEqual(readdirSync(written).sort(), readdirSync(SHIPPED).sort());
    for (const file of readdirSync(written))
      assert.equal(readFileSync(join(written, file), 'utf8'), readFileSync(join(SHIPPED, file), 'utf8'));
  });

  it('writes over what it wrote, and leaves other files alone', (t) => {
    const { folder, run } = inFolder(t);
    assert.equal(run('write', '--out', 'boards').code, 0);
    writeFileSync(join(folder, 'boards/signalbox-ai.json'), '{}');
    writeFileSync(join(folder, 'boards/own.json'), '{}');
    assert.equal(run('write', '--out', 'boards').code, 0);
    assert.match(readFileSync(join(folder, 'boards/signalbox-ai.json'), 'utf8'), /"uid": "signalbox-ai"/);
    assert.equal(readFileSync(join(folder, 'boards/own.json'), 'utf8'), '{}');
  });

  it('says why nothing was written where it cannot', (t) => {
    const { folder, run } = inFolder(t);
    writeFileSync(join(folder, 'taken'), '');
    const { code, error, out } = run('write', '--out', 'taken');
    assert.deepEqual([code, out], [1, '']);
    assert.match(error, /^signalbox: Dashboards cannot be written to taken: .*EEXIST/);
  });

  for (const args of [[], ['read'], ['write', '--into', 'x'], ['write', 'x']])
    it(`takes ${args.length === 0 ? 'nothing else: none' : args.join(' ')} for a wrong command`, (t) => {
      const { folder, run } = inFolder(t);
      const { code, error } = run(...args);
      assert.equal(code, 2);
      assert.match(error, /see signalbox dashboards --help\.\n$/);
      assert.deepEqual(readdirSync(folder), []);
    });

  it('is told of by --help', (t) => {
    const { code, out } = inFolder(t).run('--help');
    assert.equal(code, 0);
    assert.match(out, /--out DIR/);
  });
});
