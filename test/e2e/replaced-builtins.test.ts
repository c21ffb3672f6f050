/** An application may replace what Node.js gives it: signalbox goes on with what was there when it was loaded, or without itself. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { startCollector } from './kit/collector.ts';
import { runProgram } from './kit/run-program.ts';

const folder = mkdtempSync(join(tmpdir(), 'signalbox-replaced-'));
after(() => rmSync(folder, { recursive: true, force: true }));

function write(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

const SERVER = `const http = require('node:http');
const server = http.createServer((request, response) => response.end('x')).listen(0, () =>
  http.get({ port: server.address().port, agent: false }, (response) => response.resume().on('end', () => { server.close(); console.log('done'); })));`;

describe('an application that replaces', () => {
  for (const [what, replace] of [
    ['process.getBuiltinModule by nothing', 'delete process.getBuiltinModule;'],
    ['process.getBuiltinModule by one that gives nothing', 'process.getBuiltinModule = () => undefined;'],
    ['process.getBuiltinModule by one that throws', "process.getBuiltinModule = () => { throw new Error('not here'); };"],
  ] as const)
    it(`${what} runs, and its spans arrive`, async () => {
      await using collector = await startCollector();
      const { code, stdout, ownStderr } = await runProgram({ program: write('replaces.cjs', `${replace}\n${SERVER}`), env: collector.env });
      assert.deepEqual({ code, stdout, stderr: ownStderr }, { code: 0, stdout: 'done\n', stderr: '' });
      assert.deepEqual(
        collector.store
          .spans()
          .map(({ kind }) => kind)
          .sort(),
        ['client', 'server'],
      );
    });

  it('process as a whole runs', async () => {
    const program = write(
      'no-process.cjs',
      'globalThis.process = { env: {}, nextTick: process.nextTick };\nsetTimeout(() => console.log("later"), 600);',
    );
    const { code, stdout } = await runProgram({ program });
    assert.deepEqual([code, stdout], [0, 'later\n']);
  });
});

it('a preload before ours that took process.getBuiltinModule away leaves the application without telemetry, and says so', async () => {
  const earlier = write('earlier.cjs', 'process.getBuiltinModule = undefined;');
  const { code, stdout, stderr } = await runProgram({
    program: write('plain.cjs', "console.log('ran');"),
    env: { NODE_OPTIONS: `--require=${earlier}` },
  });
  assert.deepEqual([code, stdout], [0, 'ran\n']);
  assert.match(stderr, /^signalbox: Telemetry did not start: .*getBuiltinModule.*\. The application runs without it\.\n$/);
});
