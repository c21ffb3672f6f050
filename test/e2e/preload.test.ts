/** The preload is not noticed: on every release, by every flag, in every kind of program, beside whatever the program does. */
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import { nodeBinary } from '../../scripts/install-node-releases.mjs';
import { startCollector, type Collector } from './kit/collector.ts';
import { PRELOADS, PROGRAMS, ROOT, runProgram, startProgram, type Ending, type Preload, type ProgramOptions } from './kit/run-program.ts';

const RELEASES = ['22.15.0', '22.23.3', '24.11.0', '24.21.0', '26.10.0'];
const notInstalled = (version: string): string | false =>
  existsSync(nodeBinary(version)) ? false : `Node.js ${version} is not installed: node scripts/install-node-releases.mjs ${version}`;

const bareOf = (preload: Preload): Preload => (preload === 'import' ? 'import-nothing' : 'none');

/** Warnings carry the number of their process. */
const withoutPid = (text: string): string => text.replace(/\(node:\d+\)/g, '(node)');

function assertAsBare(ending: Ending, bare: Ending): void {
  assert.equal(ending.timedOut, false, `still running:\n${ending.stderr}`);
  assert.deepEqual(
    { code: ending.code, signal: ending.signal, stdout: ending.stdout, stderr: withoutPid(ending.ownStderr) },
    { code: bare.code, signal: bare.signal, stdout: bare.stdout, stderr: withoutPid(bare.ownStderr) },
    ending.stderr,
  );
}

const spanNames = ({ store }: Collector): string[] =>
  store
    .spans()
    .map(({ name }) => name)
    .sort();
const saidCodes = ({ said }: Ending): string[] => said.map(({ code }) => code);

/** Run `options` with the preload and without, and expect the same, but for spans. */
async function runBoth(options: ProgramOptions, collector: Collector): Promise<Ending> {
  const preload = options.preload ?? 'require';
  const bare = await runProgram({ ...options, preload: bareOf(preload) });
  const ending = await runProgram({ ...options, preload, env: { ...options.env, ...collector.env } });
  assertAsBare(ending, bare);
  return ending;
}

describe('a program runs as it does without, and gives its spans', { concurrency: 2 }, () => {
  for (const version of RELEASES) {
    for (const preload of PRELOADS) {
      for (const program of ['plain-http.cjs', 'plain-http.mjs']) {
        it(`on Node.js ${version}, ${preload}, ${program}`, { skip: notInstalled(version) }, async () => {
          await using collector = await startCollector();
          const ending = await runBoth({ program, preload, node: nodeBinary(version) }, collector);
          assert.equal(ending.stdout, '200 hello\n');
          assert.deepEqual(saidCodes(ending), ['started'], ending.stderr);
          assert.deepEqual(spanNames(collector), ['GET', 'GET'], ending.stderr);
        });
      }
    }
  }
});

describe('however often it is loaded', () => {
  it('it starts once', async () => {
    await using collector = await startCollector();
    const ending = await runProgram({
      program: 'plain-http.cjs',
      nodeFlags: ['--import', 'signalbox/register', '--require', 'signalbox/register'],
      env: { ...collector.env, NODE_OPTIONS: '--require signalbox/register --import signalbox/register' },
    });
    assert.deepEqual(saidCodes(ending), ['started'], ending.stderr);
    assert.deepEqual(spanNames(collector), ['GET', 'GET']);
  });

  it('also with startTelemetry, whose call is named', async () => {
    await using collector = await startCollector();
    const ending = await runProgram({ program: 'started-twice.cjs', env: collector.env });
    assert.deepEqual(saidCodes(ending), ['started-twice', 'started'], ending.stderr);
    assert.deepEqual(spanNames(collector), ['work']);
  });

  it('also from two folders', async () => {
    const folder = realpathSync(mkdtempSync(join(tmpdir(), 'signalbox-copy-')));
    try {
      cpSync(join(ROOT, 'dist'), join(folder, 'dist'), { recursive: true });
      cpSync(join(ROOT, 'package.json'), join(folder, 'package.json'));
      symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
      await using collector = await startCollector();
      const ending = await runProgram({
        program: 'plain-http.cjs',
        nodeFlags: ['--require', join(folder, 'dist/register.js')],
        env: collector.env,
      });
      assert.deepEqual(saidCodes(ending).sort(), ['started', 'started-twice'], ending.stderr);
      assert.deepEqual(spanNames(collector), ['GET', 'GET']);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

interface Inspected {
  readonly files: readonly string[];
  readonly builtins: number;
  readonly listeners: readonly (readonly [string, number])[];
  readonly ownEmit: boolean;
  readonly changed: readonly string[];
}

describe('what a process looks like', () => {
  const inspect = async (
    env: Readonly<Record<string, string>>,
    preload: Preload = 'require',
  ): Promise<Inspected & { said: Ending['said'] }> => {
    const { stdout, said } = await runProgram({
      program: '-e',
      args: ['0'],
      preload,
      nodeFlags: ['--require', join(PROGRAMS, 'count-modules.cjs')],
      env,
    });
    return { ...(JSON.parse(stdout) as Inspected), said };
  };

  it('when it is disabled: next to nothing was loaded, and nobody listens', async () => {
    for (const value of ['true', ' TRUE ']) {
      const bare = await inspect({}, 'none');
      const disabled = await inspect({ OTEL_SDK_DISABLED: value });
      assert.deepEqual(disabled.files, ['register.js', 'preload.js', 'preload-core.js']);
      assert.ok(disabled.builtins - bare.builtins <= 3, `${disabled.builtins - bare.builtins} more builtin modules`);
      assert.deepEqual(
        { listeners: disabled.listeners, ownEmit: disabled.ownEmit, changed: disabled.changed, said: disabled.said },
        { listeners: bare.listeners, ownEmit: false, changed: [], said: [] },
      );
    }
  });

  it('when it runs: the environment is as it was, and there is at most one listener of ours for a signal', async () => {
    await using collector = await startCollector();
    const bare = await inspect({}, 'none');
    const running = await inspect(collector.env);
    assert.deepEqual(running.changed, []);
    const before = new Map(bare.listeners);
    const more = running.listeners.filter(([name, count]) => count !== (before.get(name) ?? 0));
    for (const [name, count] of more) {
      assert.match(name, /^SIG(TERM|INT|HUP|QUIT|USR2)$/);
      assert.equal(count, 1);
    }
  });
});

describe('under the flags of Node.js', { concurrency: 2 }, () => {
  for (const flag of [
    '--frozen-intrinsics',
    '--disallow-code-generation-from-strings',
    '--disable-proto=throw',
    '--disable-proto=delete',
    '--no-warnings',
    '--trace-warnings',
    '--unhandled-rejections=strict',
    '--enable-source-maps',
    '--preserve-symlinks',
  ]) {
    it(`${flag}: the program is unharmed, and its spans arrive`, async () => {
      await using collector = await startCollector();
      const ending = await runBoth({ program: 'plain-http.cjs', nodeFlags: [flag] }, collector);
      assert.deepEqual(spanNames(collector), ['GET', 'GET'], ending.stderr);
    });
  }

  for (const preload of PRELOADS) {
    it(`--no-experimental-require-module, ${preload}: says that it cannot start, and why`, async () => {
      const options = { program: 'plain-http.cjs', nodeFlags: ['--no-experimental-require-module'] };
      const bare = await runProgram({ ...options, preload: bareOf(preload) });
      const ending = await runProgram({ ...options, preload });
      assert.deepEqual({ code: ending.code, stdout: ending.stdout }, { code: bare.code, stdout: bare.stdout });
      assert.equal(
        ending.stderr,
        `signalbox: Node.js must allow require() of ES modules, but runs with --no-experimental-require-module. The application runs without telemetry. Remove the flag.\n${bare.stderr}`,
      );
    });
  }

  it('--experimental-default-type=module', { skip: notInstalled('22.15.0') }, async () => {
    await using collector = await startCollector();
    await runBoth({ program: 'plain-http.mjs', nodeFlags: ['--experimental-default-type=module'], node: nodeBinary('22.15.0') }, collector);
    assert.deepEqual(spanNames(collector), ['GET', 'GET']);
  });

  for (const [name, program, args] of [
    ['-e', '-e', ["require('@opentelemetry/api').trace.getTracer('e').startSpan('work').end(); console.log('ran')"]],
    ['-p', '-p', ["require('@opentelemetry/api').trace.getTracer('p').startSpan('work').end() ?? 'printed'"]],
  ] as const) {
    it(`${name}: prints what it prints, and its span arrives`, async () => {
      await using collector = await startCollector();
      await runBoth({ program, args }, collector);
      assert.deepEqual(spanNames(collector), ['work']);
    });
  }

  it('what cannot be loaded fails with the same words', async () => {
    await using collector = await startCollector();
    await runBoth({ program: 'bad-require.cjs' }, collector);
  });

  it('--check: says nothing', async () => {
    await using collector = await startCollector();
    const ending = await runBoth({ program: 'plain-http.cjs', nodeFlags: ['--check'] }, collector);
    assert.equal(ending.stdout + ending.stderr, '');
  });

  it('--test: the runner is silent, and its child is an application', async () => {
    await using collector = await startCollector();
    const ending = await runProgram({ program: 'one-test.cjs', nodeFlags: ['--test', '--test-reporter=tap'], env: collector.env });
    assert.equal(ending.code, 0, ending.stderr);
    assert.match(ending.stdout, /ok 1 - the service works/);
    assert.deepEqual(spanNames(collector), ['tested']);
  });

  it('--watch: the watcher is silent, and its child is an application', async () => {
    await using collector = await startCollector();
    const program = startProgram({ program: 'plain-http.cjs', nodeFlags: ['--watch'], env: collector.env });
    await collector.store.waitFor(() => collector.store.spans().length === 2, { what: 'the spans of the watched program' });
    await program.output(/Completed running/);
    program.kill('SIGTERM');
    const ending = await program.ended;
    assert.equal(ending.timedOut, false);
    assert.deepEqual(saidCodes(ending), ['started'], ending.stderr);
  });
});

/** A program that comes on stdin, as by `node -` or a shell's redirection. */
async function runOnStdin(
  flags: readonly string[],
  input: string,
  env: Readonly<Record<string, string>>,
): Promise<{ code: number; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, flags, {
    cwd: ROOT,
    env: { PATH: process.env['PATH'], HOME: tmpdir(), NODE_REPL_HISTORY: '', ...env },
  });
  const text = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (text.stdout += chunk));
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (text.stderr += chunk));
  child.stdin.end(input);
  const [code] = (await once(child, 'close')) as [number];
  return { code, ...text };
}

describe('a program that comes on stdin', () => {
  const PRELOAD = ['--require', 'signalbox/register'];
  const PROGRAM = "require('@opentelemetry/api').trace.getTracer('stdin').startSpan('work').end(); console.log('ran')\n";

  it('runs, and its span arrives', async () => {
    await using collector = await startCollector();
    const { code, stdout } = await runOnStdin([...PRELOAD, '-'], PROGRAM, collector.env);
    assert.deepEqual({ code, stdout }, { code: 0, stdout: 'ran\n' });
    assert.deepEqual(spanNames(collector), ['work']);
  });

  it('and the REPL are as they are without', async () => {
    await using collector = await startCollector();
    const bare = await runOnStdin(['-i'], PROGRAM, {});
    const { code, stdout } = await runOnStdin([...PRELOAD, '-i'], PROGRAM, collector.env);
    assert.deepEqual({ code, stdout }, { code: bare.code, stdout: bare.stdout });
    assert.deepEqual(spanNames(collector), ['work']);
  });
});

/** The project, and its packages where they are a link. */
const READABLE = [ROOT, realpathSync(join(ROOT, 'node_modules'))].map((folder) => `--allow-fs-read=${folder}`);

describe('under --permission', { concurrency: 2 }, () => {
  for (const version of ['24.21.0', '26.10.0']) {
    const node = nodeBinary(version);
    // Releases before 25 know no permission for the network.
    const net = version.startsWith('26') ? ['--allow-net'] : [];
    const skip = notInstalled(version);
    const read = ['--permission', ...READABLE];

    it(`${version}: with the folder to read, the network and workers, all arrives`, { skip }, async () => {
      await using collector = await startCollector();
      const ending = await runBoth({ program: 'plain-http.cjs', node, nodeFlags: [...read, ...net, '--allow-worker'] }, collector);
      assert.deepEqual(saidCodes(ending), ['started'], ending.stderr);
      assert.deepEqual(spanNames(collector), ['GET', 'GET']);
    });

    it(`${version}: without workers the program is unharmed, and what is lost at the end is said with its cure`, { skip }, async () => {
      await using collector = await startCollector();
      const ending = await runBoth({ program: 'plain-http.cjs', node, nodeFlags: [...read, ...net] }, collector);
      const blocked = ending.said.find(({ code }) => code === 'exit.blocked');
      assert.ok(spanNames(collector).length === 2 || blocked?.message.includes('Allow it (--allow-worker)'), ending.stderr);
    });

    it(`${version}: without workers a signal still brings all`, { skip }, async () => {
      await using collector = await startCollector();
      const program = startProgram({ program: 'three-signals.cjs', node, nodeFlags: [...read, ...net], env: collector.env });
      await program.output(/recorded/);
      program.kill('SIGTERM');
      const { signal, said } = await program.ended;
      assert.equal(signal, 'SIGTERM');
      assert.deepEqual(spanNames(collector), ['work']);
      assert.deepEqual(
        said.map(({ code }) => code),
        ['started'],
      );
    });
  }

  it('26.10.0: without the network it says so', { skip: notInstalled('26.10.0') }, async () => {
    await using collector = await startCollector();
    const ending = await runBoth(
      { program: 'three-signals.cjs', args: ['at-once'], node: nodeBinary('26.10.0'), nodeFlags: ['--permission', ...READABLE] },
      collector,
    );
    assert.match(
      ending.said.map(({ message }) => message).join('\n'),
      /without --allow-net\. Nothing can be exported; the application is not affected\. Add --allow-net\./,
    );
  });

  it(
    'when its own folder may not be read, the application starts as it would without permission to read the preload',
    { skip: notInstalled('24.21.0') },
    async () => {
      await using collector = await startCollector();
      // Node.js itself cannot load the preload then, and says which flag is missing.
      const ending = await runProgram({
        program: 'plain-http.cjs',
        node: nodeBinary('24.21.0'),
        nodeFlags: ['--permission', `--allow-fs-read=${PROGRAMS}`],
        env: collector.env,
      });
      assert.match(ending.stderr, /ERR_ACCESS_DENIED/);
      assert.match(ending.stderr, /--allow-fs-read/);
    },
  );
});

describe('with its output closed', () => {
  const shell = promisify(execFile);
  const command = (redirection: string): string => `exec "$0" --require signalbox/register "$1" ${redirection}`;

  for (const redirection of ['2>&-', '>&-', '>&- 2>&-', '2>/dev/full', '<&-']) {
    it(`${redirection}: the program ends as it does without`, { skip: process.platform === 'win32' && 'needs a POSIX shell' }, async () => {
      await using collector = await startCollector();
      const options = { cwd: ROOT, env: { PATH: process.env['PATH'], ...collector.env } };
      const run = (script: string): Promise<{ stdout: string; code: number }> =>
        shell('sh', ['-c', script, process.execPath, join(PROGRAMS, 'three-signals.cjs'), 'at-once'], options).then(
          ({ stdout }) => ({ stdout, code: 0 }),
          ({ stdout, code }: { stdout: string; code: number }) => ({ stdout, code }),
        );
      const bare = await run(command(`at-once ${redirection}`).replace('--require signalbox/register ', ''));
      assert.deepEqual(await run(command(`at-once ${redirection}`)), bare);
      assert.deepEqual(spanNames(collector), ['work']);
    });
  }

  it('to a reader who is gone, it ends as it does without', async () => {
    await using collector = await startCollector();
    const run = async (flags: readonly string[]): Promise<unknown> => {
      const child = spawn(process.execPath, [...flags, join(PROGRAMS, 'three-signals.cjs'), 'at-once'], {
        cwd: ROOT,
        env: { PATH: process.env['PATH'], ...collector.env, OTEL_BOGUS: 'x' },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      child.stderr.destroy();
      const stdout: string[] = [];
      child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk.toString()));
      const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
      return { code, signal, stdout: stdout.join('') };
    };
    assert.deepEqual(await run(['--require', 'signalbox/register']), await run([]));
    assert.deepEqual(spanNames(collector), ['work']);
  });
});

describe('a process that only launches others is silent', { concurrency: 2 }, () => {
  const REGISTER = join(ROOT, 'dist/register.js');
  const npm = dirname(process.execPath)
    .split(delimiter)
    .concat(process.env['PATH']?.split(delimiter) ?? [])
    .map((folder) => join(folder, 'npm'))
    .find((path) => existsSync(path));
  const npmCli = npm === undefined ? undefined : realpathSync(npm);

  async function launch(script: string, args: readonly string[], collector: Collector): Promise<{ stdout: string; stderr: string }> {
    const folder = realpathSync(mkdtempSync(join(tmpdir(), 'signalbox-launch-')));
    try {
      writeFileSync(
        join(folder, 'package.json'),
        JSON.stringify({ name: 'launched', version: '1.0.0', scripts: { go: `node ${join(PROGRAMS, 'three-signals.cjs')} at-once` } }),
      );
      mkdirSync(join(folder, 'home'));
      const env = {
        PATH: `${dirname(process.execPath)}${delimiter}${process.env['PATH'] ?? ''}`,
        HOME: join(folder, 'home'),
        npm_config_update_notifier: 'false',
        ...collector.env,
        NODE_OPTIONS: `--require ${REGISTER}`,
      };
      return await promisify(execFile)(
        process.execPath,
        [script, ...args].filter((arg) => arg !== ''),
        { cwd: folder, env },
      );
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }

  const LAUNCHES: readonly (readonly [string, string | undefined, readonly string[]])[] = [
    ['npm run', npmCli, ['run', '--silent', 'go']],
    ['npm exec', npmCli, ['exec', '--offline', '--', 'node', join(PROGRAMS, 'three-signals.cjs'), 'at-once']],
    [
      'npx',
      npmCli === undefined ? undefined : join(dirname(npmCli), 'npx-cli.js'),
      ['--offline', 'node', join(PROGRAMS, 'three-signals.cjs'), 'at-once'],
    ],
    ['node --run', '', ['--run', 'go']],
  ];
  for (const [name, script, args] of LAUNCHES) {
    it(`${name}, while what it launches is not`, { skip: script === undefined && 'npm is not installed' }, async () => {
      await using collector = await startCollector();
      const { stdout, stderr } = await launch(script as string, args, collector);
      assert.match(stdout, /recorded/);
      assert.equal(stderr.match(/"code":"started"/g)?.length, 1, stderr);
      assert.deepEqual(spanNames(collector), ['work']);
    });
  }

  for (const [name, script, args] of [
    ['npm --version', npmCli, ['--version']],
    ['tsc --version', join(ROOT, 'node_modules/typescript/bin/tsc'), ['--version']],
  ] as const) {
    it(name, { skip: script === undefined && 'npm is not installed' }, async () => {
      await using collector = await startCollector();
      const { stdout, stderr } = await launch(script as string, args, collector);
      assert.match(stdout, /\d+\.\d+\.\d+/);
      assert.doesNotMatch(stderr, /signalbox/);
      assert.deepEqual(collector.store.metrics(), []);
    });
  }

  for (const [what, args] of [
    ['for a moment', ['100']],
    ['for longer than an application needs to begin', ['4000']],
    ['and ends with its code', ['100', 'exit']],
  ] as const) {
    it(`an unknown one, ${what}`, async () => {
      await using collector = await startCollector();
      const ending = await runBoth({ program: 'only-spawns.cjs', args }, collector);
      assert.deepEqual(ending.said, []);
      assert.deepEqual(collector.store.metrics(), []);
    });
  }
});

describe('beside an application that', { concurrency: 2 }, () => {
  it('replaces clocks, timers, randomness and writers: none of them is called by signalbox', async () => {
    await using collector = await startCollector();
    const ending = await runProgram({ program: 'patched-globals.cjs', env: collector.env });
    assert.deepEqual(JSON.parse(ending.stdout), [], ending.stderr);
    assert.deepEqual(spanNames(collector), Array(6).fill('GET'));
  });

  it('takes globals away and patches process.exit', async () => {
    await using collector = await startCollector();
    const ending = await runBoth({ program: 'bare-globals.cjs' }, collector);
    assert.equal(ending.code, 7);
    assert.deepEqual(spanNames(collector), ['GET', 'GET'], ending.stderr);
  });

  it('has worker threads', async () => {
    await using collector = await startCollector();
    const ending = await runProgram({ program: 'worker.cjs', env: collector.env });
    assert.equal(ending.stdout, 'main true\nworker true\n', ending.stderr);
    assert.deepEqual(spanNames(collector), ['work', 'work']);
    assert.deepEqual(saidCodes(ending), ['started']);
  });

  it('has worker threads and wants no telemetry in them', async () => {
    await using collector = await startCollector();
    const ending = await runProgram({ program: 'worker.cjs', env: { ...collector.env, SIGNALBOX_WORKER_THREADS: 'false' } });
    assert.equal(ending.stdout, 'main true\nworker false\n', ending.stderr);
    assert.deepEqual(spanNames(collector), ['work'], ending.stderr);
  });
});
