/** In processes of their own: what is watched is how they end. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';

const MODULE = fileURLToPath(new URL('../../../src/process/process-end.ts', import.meta.url));

/** Every handler prints its name; `program` runs with `watch()`, `ours(signal)` and `log`. */
const PRELUDE = `
const { watchProcessEnd } = require(${JSON.stringify(MODULE)});
const { writeSync } = require('node:fs');
const log = (...words) => writeSync(1, words.join(' ') + '\\n');
const counts = () => ['SIGTERM', 'SIGINT', 'SIGHUP'].map((signal) => listenerCount.call(process, signal)).join();
const { listenerCount } = require('node:events').EventEmitter.prototype;
const watch = (more = {}) => watchProcessEnd({
  onCrash: (error, origin, handled) => log('crash', error.message, origin, handled),
  onFatalSignal: async (signal) => log('fatal', signal),
  onHandledSignal: (signal) => log('handled', signal),
  onExit: () => log('exit'),
  ...more,
});
const stay = () => setInterval(() => {}, 1000);
`;

async function run(
  program: string,
  flags: readonly string[] = [],
): Promise<{ code: number | null; signal: string | null; lines: string[]; stderr: string }> {
  const child = spawn(process.execPath, [...flags, '-e', `${PRELUDE}\n${program}`], { stdio: ['ignore', 'pipe', 'pipe'], env: {} });
  const text = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (text.stdout += chunk));
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (text.stderr += chunk));
  const limit = setTimeout(() => child.kill('SIGKILL'), 20_000);
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  clearTimeout(limit);
  return { code, signal, lines: text.stdout.split('\n').slice(0, -1), stderr: text.stderr };
}

describe('the end of a process', { concurrency: 2 }, () => {
  it('by an empty loop and by process.exit is told once all listeners had their turn', async () => {
    for (const how of ['', 'process.exit(3);']) {
      const { code, lines } = await run(`watch(); process.on('exit', () => log('own')); ${how}`);
      assert.equal(code, how === '' ? 0 : 3);
      assert.deepEqual(lines.slice(0, 2), ['own', 'exit']);
      assert.deepEqual(new Set(lines.slice(2)), new Set(how === '' ? [] : ['exit']));
    }
  });

  it('by a crash is told before it is printed, and the stack shows nothing of ours', async () => {
    const { code, lines, stderr } = await run(
      "watch(); process.on('exit', () => { throw new Error('late'); }); setImmediate(() => { throw new Error('lost'); });",
    );
    assert.notEqual(code, 0);
    assert.equal(lines[0], 'crash lost uncaughtException false');
    assert.equal(lines.at(-1), 'exit');
    assert.doesNotMatch(stderr, /process-end/);
  });

  it('is not a crash when the application handles it', async () => {
    const { code, lines } = await run(
      "watch(); process.on('uncaughtException', () => log('own')); setImmediate(() => { throw new Error('kept'); });",
    );
    assert.equal(code, 0);
    assert.deepEqual(lines, ['crash kept uncaughtException true', 'own', 'exit']);
  });

  for (const [handler, program] of Object.entries({
    'a listener of uncaughtException': "process.on('uncaughtException', fail);",
    'a listener of uncaughtExceptionMonitor': "process.on('uncaughtExceptionMonitor', fail);",
    'the capture callback': 'process.setUncaughtExceptionCaptureCallback(fail);',
    'a domain': "const domain = require('node:domain').create(); domain.on('error', fail); domain.enter();",
  })) {
    it(`by an error that ${handler} throws is told, and the stack shows nothing of ours`, async () => {
      const { code, lines, stderr } = await run(
        `watch(); const fail = () => { throw new Error('worse'); }; ${program} setImmediate(() => { throw new Error('bad'); });`,
      );
      assert.equal(code, 7);
      assert.equal(lines.at(-1), 'exit');
      assert.match(stderr, /Error: worse\n +at \w+\.fail/);
      assert.doesNotMatch(stderr, /process-end/);
    });
  }

  for (const [handler, program] of Object.entries({
    'the capture callback': 'process.setUncaughtExceptionCaptureCallback(keep);',
    'a domain': "const domain = require('node:domain').create(); domain.on('error', keep); domain.enter();",
  })) {
    it(`is not there when ${handler} keeps the process`, async () => {
      const { code, lines } = await run(
        `watch(); const keep = ({ message }) => log('kept', message); ${program} setImmediate(() => { setTimeout(() => log('goes on')); throw new Error('bad'); });`,
      );
      assert.deepEqual({ code, lines }, { code: 0, lines: ['crash bad uncaughtException true', 'kept bad', 'goes on', 'exit'] });
    });
  }

  it('is called off when it was a test that emitted the error, and the stack is whole again', async () => {
    const { code, lines } = await run(`
      watch({ onSurvived: () => { log('survived'); log(Error.prepareStackTrace === before); } });
      const before = Error.prepareStackTrace;
      process.on('uncaughtException', (error) => { throw error; });
      try { process.emit('uncaughtException', new Error('only a test')); } catch (error) { log('caught', error.message); }
      setTimeout(() => {}, 1000);
    `);
    assert.equal(code, 0);
    assert.deepEqual(lines, ['exit', 'caught only a test', 'survived', 'true', 'exit']);
  });

  it('by another program in its place is told, unless that fails', async () => {
    const program = (args: string): string =>
      `watch({ onSurvived: () => log('survived') }); process.removeAllListeners('warning'); try { process.execve(process.execPath, ${args}); } catch (error) { log(error.code); }`;
    const replaced = await run(program("[process.execPath, '-p', '1 + 1']"));
    assert.deepEqual({ code: replaced.code, lines: replaced.lines }, { code: 0, lines: ['exit', '2'] });
    assert.deepEqual((await run(program('5'))).lines, ['exit', 'survived', 'ERR_INVALID_ARG_TYPE', 'exit']);
  });

  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) {
    it(`by ${signal} comes after the export, by the signal itself`, async () => {
      const ending = await run(
        `watch({ onFatalSignal: (signal) => new Promise((done) => setTimeout(() => { log('exported', signal); done(); }, 20)) }); stay(); process.kill(process.pid, '${signal}');`,
      );
      assert.equal(ending.signal, signal);
      assert.deepEqual(ending.lines, [`exported ${signal}`, 'exit']);
    });
  }

  it('by a signal comes also when the export fails', async () => {
    for (const failing of ["async () => { throw new Error('no'); }", "() => { throw new Error('no'); }"]) {
      const { signal, lines, stderr } = await run(`watch({ onFatalSignal: ${failing} }); stay(); process.kill(process.pid, 'SIGTERM');`);
      assert.deepEqual({ signal, lines, stderr }, { signal: 'SIGTERM', lines: ['exit'], stderr: '' });
    }
  });

  it('by a signal that the application handles is left to it', async () => {
    const { code, lines } = await run(
      "watch(); stay(); process.once('SIGTERM', () => { log('own'); process.exit(0); }); process.kill(process.pid, 'SIGTERM');",
    );
    assert.equal(code, 0);
    assert.deepEqual(lines.slice(0, 3), ['handled SIGTERM', 'own', 'exit']);
  });

  it('is not hurt by handlers that throw', async () => {
    const { code, stderr } = await run(
      "const no = () => { throw new Error('ours'); }; watch({ onCrash: no, onExit: no, onHandledSignal: no }); process.on('SIGTERM', () => process.exit(5)); stay(); process.kill(process.pid, 'SIGTERM');",
    );
    assert.deepEqual({ code, stderr }, { code: 5, stderr: '' });
  });
});

describe('the listeners for signals', { concurrency: 2 }, () => {
  it('are ours only while the application has none', async () => {
    const { lines } = await run(`
      watch(); log(counts());
      const own = () => {}; process.on('SIGTERM', own); log(counts());
      process.once('SIGINT', own); log(counts());
      process.removeListener('SIGTERM', own); log(counts());
      process.removeAllListeners('SIGINT'); log(counts());
      process.prependListener('SIGHUP', own); log(counts());
      process.off('SIGHUP', own); log(counts());
    `);
    assert.deepEqual(lines.slice(0, -1), Array(7).fill('1,1,1'));
  });

  it('are never seen beside its own while these are added', async () => {
    const { lines } = await run(
      "watch(); process.on('newListener', (name) => name === 'SIGTERM' && log(process.listenerCount('SIGTERM'))); process.on('SIGTERM', () => {});",
    );
    assert.deepEqual(lines, ['0', 'exit']);
  });

  it('are gone when the watch is over, and process.emit is as it was', async () => {
    const { lines } = await run(
      "const { emit, reallyExit } = process; const stop = watch(); log(process.emit === emit); stop().then(stop).then(() => log(counts(), process.emit === emit, Object.hasOwn(process, 'emit'), process.reallyExit === reallyExit));",
    );
    assert.deepEqual(lines, ['false', '0,0,0 true false true']);
  });

  it('hear of a signal that came before the watch was over', async () => {
    const { signal, lines } = await run("const stop = watch(); stay(); process.kill(process.pid, 'SIGTERM'); void stop();");
    assert.deepEqual({ signal, lines }, { signal: 'SIGTERM', lines: ['fatal SIGTERM', 'exit'] });
  });

  it('are left out where process cannot be changed', async () => {
    const { code, lines, stderr } = await run('Object.preventExtensions(process); watch(); log(counts());');
    assert.deepEqual({ code, lines, stderr }, { code: 0, lines: ['0,0,0'], stderr: '' });
  });

  it('are wrapped by others that come later, and stop takes nothing of theirs away', async () => {
    const { code, lines } = await run(
      "const stop = watch(); const inner = process.emit; process.emit = function (...args) { if (args[0] === 'custom') log('theirs'); return Reflect.apply(inner, this, args); }; stop().then(() => process.emit('custom'));",
    );
    assert.deepEqual({ code, lines }, { code: 0, lines: ['theirs'] });
  });
});
