import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { test } from 'node:test';

import { eventually } from './eventually.ts';
import { missingServers, skipWithout } from './servers.ts';
import { startStack, type StackUrls } from './start-stack.ts';

const skip = skipWithout('collector', 'jaeger', 'prometheus', 'alertmanager', 'loki');

const answers = async (url: string): Promise<boolean> => (await fetch(url).catch(() => undefined)) !== undefined;

function withRequired<T>(value: string | undefined, run: () => T): T {
  const before = process.env['SIGNALBOX_TEST_SERVERS'];
  const set = (text: string | undefined): void => {
    if (text === undefined) delete process.env['SIGNALBOX_TEST_SERVERS'];
    else process.env['SIGNALBOX_TEST_SERVERS'] = text;
  };
  set(value);
  try {
    return run();
  } finally {
    set(before);
  }
}

test('a server that is not built is a reason to skip, with the command that builds it', () => {
  assert.deepEqual(missingServers(['no-such-server']), ['no-such-server']);
  const reason = withRequired(undefined, () => skipWithout('no-such-server'));
  assert.equal(reason, 'not built: no-such-server; build with: npm run servers -- no-such-server');
});

test('nothing may be skipped when SIGNALBOX_TEST_SERVERS is "required"', () => {
  assert.throws(() => withRequired('required', () => skipWithout('no-such-server')), /not built: no-such-server/);
});

test('a stopped server comes back at the same address, and stopAll leaves no process and no folder', { skip }, async () => {
  const stack = await startStack();
  assert.ok(await answers(stack.urls.jaegerQuery));
  await stack.jaeger.stop();
  assert.ok(!(await answers(stack.urls.jaegerQuery)));
  await stack.jaeger.start();
  assert.ok(await answers(stack.urls.jaegerQuery));
  await stack.stopAll();
  for (const url of [stack.urls.collectorHealth, stack.urls.jaegerQuery, stack.urls.prometheus, stack.urls.alertmanager, stack.urls.loki])
    assert.ok(!(await answers(url)), url);
  assert.ok(!existsSync(stack.folder));
});

test('a server that cannot start fails with its own words and leaves nothing running', { skip }, async () => {
  await assert.rejects(
    startStack({ collectorEnv: { SIGNALBOX_TAIL_SAMPLING_DECISION_WAIT_MS: 'soon' } }),
    /collector did not start.*ended.*decision_wait/s,
  );
});

test('a test process that is killed leaves no server and no folder behind', { skip }, async () => {
  const kit = new URL('start-stack.ts', import.meta.url).href;
  const program = `const { startStack } = await import(${JSON.stringify(kit)}); const { urls, folder } = await startStack(); console.log(JSON.stringify({ urls, folder }));`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const line = await createInterface({ input: child.stdout })[Symbol.asyncIterator]().next();
    const { urls, folder } = JSON.parse(String(line.value)) as { urls: StackUrls; folder: string };
    assert.ok(await answers(urls.collectorHealth));
    child.kill('SIGKILL');
    for (const url of [urls.collectorHealth, urls.jaegerQuery, urls.prometheus, urls.alertmanager, urls.loki])
      await eventually(async () => !(await answers(url)));
    await eventually(() => !existsSync(folder));
  } finally {
    child.kill('SIGKILL');
  }
});
