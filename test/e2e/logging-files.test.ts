/** The files of LOG_DIR: several processes, a full disk, files that are moved away, every way to end. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { PROGRAMS, ROOT, runProgram, startProgram } from './kit/run-program.ts';

const program = (name: string): string => join(PROGRAMS, 'logging', name);
const QUIET = { OTEL_TRACES_EXPORTER: 'none', OTEL_METRICS_EXPORTER: 'none', OTEL_LOGS_EXPORTER: 'none' };
type Line = { i?: number; pid?: number; message: string; level: string; error?: { message: string } };

describe('log files', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'signalbox-logs-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const linesOf = (kind: string): Line[] =>
    readdirSync(folder)
      .filter((name) => name.startsWith(`${kind}_`) && name.endsWith('.log'))
      .flatMap((name) => readFileSync(join(folder, name), 'utf8').split('\n'))
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Line);

  for (const preload of ['require', 'none'] as const) {
    it(`[${preload}] four processes on one folder lose and mix nothing while files are rotated`, async () => {
      const env = { ...QUIET, LOG_DIR: folder, LOG_OUTPUT: 'none', LOG_FILE_MAX_BYTES: '100000', LOG_FILE_MAX_COUNT: '1000' };
      const runs = await Promise.all([1, 2, 3, 4].map(() => runProgram({ program: program('files.cjs'), args: ['1000'], preload, env })));
      for (const { code, stderr } of runs) assert.equal(code, 0, stderr);
      const seen = new Map<number, Set<number>>();
      const lines = linesOf('app');
      for (const { pid, i } of lines) if (pid !== undefined && i !== undefined) seen.set(pid, (seen.get(pid) ?? new Set()).add(i));
      assert.deepEqual(
        [...seen.values()].map(({ size }) => size),
        [1000, 1000, 1000, 1000],
      );
      assert.equal(lines.length, 4004);
      assert.ok(readdirSync(folder).filter((name) => name.startsWith('app_')).length > 5, 'they were rotated');
      assert.deepEqual(
        linesOf('error').map(({ level, error }) => `${level} ${error?.message}`),
        Array(4).fill('error for the file of errors'),
      );
    });
  }

  for (const end of ['naturally', 'exit', 'throw', 'sigterm']) {
    it(`have all lines when the process ends ${end}`, async () => {
      await runProgram({ program: program('end.cjs'), args: [end], env: { ...QUIET, LOG_DIR: folder, LOG_OUTPUT: 'none' } });
      assert.equal(linesOf('app').length, 1000);
    });
  }

  it('go on under their name after SIGHUP, where the application listens to it', async () => {
    const running = startProgram({
      program: program('files.cjs'),
      nodeFlags: ['--require', program('hears-hangup.cjs')],
      args: ['10', 'stay'],
      env: { ...QUIET, LOG_DIR: folder, LOG_OUTPUT: 'none' },
    });
    await new Promise((resolve) => running.child.once('message', resolve));
    const name = await untilFile('app');
    renameSync(join(folder, name), join(folder, 'moved.txt'));
    running.kill('SIGHUP');
    await running.output(/heard/);
    running.child.send('go on');
    assert.equal((await running.ended).code, 0);
    assert.deepEqual(
      linesOf('app').map(({ message }) => message),
      ['later'],
    );
    assert.equal(readFileSync(join(folder, 'moved.txt'), 'utf8').trim().split('\n').length, 11);
  });

  for (const preload of ['require', 'none'] as const) {
    it(`[${preload}] SIGHUP ends a process that does not listen to it, as ever`, async () => {
      const running = startProgram({ program: program('files.cjs'), preload, args: ['10', 'stay'], env: { ...QUIET, LOG_DIR: folder } });
      await new Promise((resolve) => running.child.once('message', resolve));
      running.kill('SIGHUP');
      assert.equal((await running.ended).signal, 'SIGHUP');
    });
  }

  it('are not written through a link that leads out of the folder', async () => {
    const target = join(folder, 'elsewhere');
    writeFileSync(target, '');
    const { stdout } = await runProgram({
      program: program('files.cjs'),
      args: ['1'],
      preload: 'none',
      env: { LOG_DIR: join(folder, 'a') },
    });
    const [name = ''] = readdirSync(join(folder, 'a')).filter((each) => each.startsWith('app_'));
    rmSync(join(folder, 'a', name));
    symlinkSync(target, join(folder, 'a', name));
    const { said } = await runProgram({ program: program('files.cjs'), args: ['1'], preload: 'none', env: { LOG_DIR: join(folder, 'a') } });
    assert.equal(readFileSync(target, 'utf8'), '');
    assert.ok(said.some(({ code }) => code.startsWith('logging.not-written app')));
    assert.equal(stdout.split('\n').length, 3);
  });

  it(
    'in a folder that cannot be made are said not to be written, and the application goes on',
    { skip: !existsSync('/proc/self') },
    async () => {
      const { code, said, stdout, timedOut } = await runProgram({
        program: program('files.cjs'),
        args: ['1'],
        preload: 'none',
        env: { LOG_DIR: '/proc/signalbox/logs' },
        timeoutMs: 20_000,
      });
      assert.deepEqual([timedOut, code, stdout.split('\n').length], [false, 0, 3]);
      assert.ok(
        said.some(({ code, message }) => code.startsWith('logging.not-written') && message.includes('ENOENT')),
        JSON.stringify(said),
      );
    },
  );

  it('a full disk is said once, stdout goes on whole, and files go on when there is room', { skip: cannotMount() }, async () => {
    const script = `mount -t tmpfs -o size=1m tmpfs "${folder}" && exec "${process.execPath}" "${program('full-disk.cjs')}"`;
    const { status, stdout, stderr } = spawnSync('unshare', ['-rm', 'sh', '-c', script], {
      cwd: ROOT,
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
      env: { PATH: process.env['PATH'], LOG_DIR: folder, LOG_FILE_MAX_COUNT: '1000' },
    });
    assert.equal(status, 0, stderr);
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Line & { files?: number });
    assert.deepEqual(
      lines.slice(0, -1).map(({ i }) => i),
      Array.from({ length: 1500 }, (_, i) => i),
    );
    assert.ok((lines.at(-1)?.files ?? 0) >= 1, 'written again');
    const codes = stderr
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { code: string }).code);
    assert.equal(codes.filter((code) => code.startsWith('logging.not-written app')).length, 1, stderr);
    assert.ok(
      codes.some((code) => code.startsWith('logging.written-again app')),
      stderr,
    );
  });

  async function untilFile(kind: string): Promise<string> {
    for (;;) {
      const name = readdirSync(folder).find((each) => each.startsWith(`${kind}_`));
      if (name !== undefined && readFileSync(join(folder, name), 'utf8').includes('failed')) return name;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
});

function cannotMount(): string | false {
  const { status } = spawnSync('unshare', ['-rm', 'mount', '-t', 'tmpfs', 'tmpfs', tmpdir()]);
  return status === 0 && existsSync('/proc') ? false : 'mounting is not allowed here';
}
