/** The preload is one copy of the package, and what the application imports is another: they know of each other. */
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { startCollector } from './kit/collector.ts';
import { ROOT, startProgram } from './kit/run-program.ts';

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'signalbox-copy-')));
for (const part of ['dist', 'package.json']) cpSync(join(ROOT, part), join(folder, part), { recursive: true });
symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'), 'junction');
after(() => rmSync(folder, { recursive: true }));

describe('with a preload by its path, and a copy of the application', () => {
  it('the health of the application knows what is exported, and that the process was told to end', async () => {
    await using collector = await startCollector();
    const nodeFlags = ['--require', join(folder, 'dist/register.js')];
    const running = startProgram({ program: 'health-of-two-copies.cjs', preload: 'none', nodeFlags, env: collector.env });
    const [, ready = ''] = await running.output(/ready (.*)\n/);
    assert.deepEqual(JSON.parse(ready), ['healthy', ['logs', 'metrics', 'traces']], running.stderr);
    running.kill('SIGTERM');
    const [, ending = ''] = await running.output(/ending (.*)\n/);
    assert.deepEqual(JSON.parse(ending), ['unhealthy', true]);
    assert.equal((await running.ended).code, 0, running.stderr);
  });
});
