/** Who looks after an application is no instance of it, whatever it is called; a worker that records nothing is one. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { startCollector } from './kit/collector.ts';
import { PROGRAMS, runProgram } from './kit/run-program.ts';

const FOLDER = join(PROGRAMS, 'managers');
const INTERVALS = { OTEL_METRIC_EXPORT_INTERVAL: '50', OTEL_METRIC_EXPORT_TIMEOUT: '50', OTEL_NODE_RESOURCE_DETECTORS: 'process' };

/** What each process called itself, and the ids of the processes that something came from. */
async function run(program: string, kind = ''): Promise<{ named: Map<string, Set<string>>; heard: Set<string> }> {
  await using collector = await startCollector();
  const ending = await runProgram({
    program: join(FOLDER, program),
    args: [kind],
    preload: 'node-options',
    env: { ...collector.env, ...INTERVALS },
  });
  assert.deepEqual([ending.code, ending.ownStderr], [0, '']);
  const named = new Map<string, Set<string>>();
  for (const [, name = '', pid = ''] of ending.stdout.matchAll(/^(\w+) (\d+)$/gm)) {
    named.set(name, (named.get(name) ?? new Set()).add(pid));
  }
  const { store } = collector;
  const heard = [...store.spans(), ...store.metrics(), ...store.logs()].map(({ resource }) => String(resource['process.pid']));
  return { named, heard: new Set(heard) };
}

describe('nothing comes from a process that only looks after others', () => {
  for (const kind of ['daemon', 'primary', 'restarts', 'watches']) {
    it(kind, async () => {
      const { named, heard } = await run('manager.cjs', kind);
      assert.equal(named.get('app')?.size, 2);
      assert.deepEqual(heard, named.get('app'));
    });
  }
});

it('what a worker tells of itself is exported, also when it records nothing', async () => {
  const { named, heard } = await run('computes.cjs');
  assert.deepEqual(heard, named.get('worker'));
});
