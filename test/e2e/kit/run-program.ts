/** Starts a real program under the preload, and waits for what it says or how it ends; never for a while. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '../../..');
export const PROGRAMS = join(ROOT, 'test/e2e/programs');

/**
 * How the preload reaches a process. `none` is the bare run that the others are compared with; `import-nothing` is that
 * of `import`, for the flag itself changes how Node.js starts a program.
 */
export type Preload = 'require' | 'import' | 'node-options' | 'none' | 'import-nothing';
export const PRELOADS: readonly Preload[] = ['require', 'import', 'node-options'];

export interface ProgramOptions {
  /** A path, or a name in `test/e2e/programs`. */
  readonly program: string;
  readonly preload?: Preload;
  /** Flags of Node.js itself, before the preload's. */
  readonly nodeFlags?: readonly string[];
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** The Node.js to run; default is the one that runs the test. */
  readonly node?: string;
  readonly cwd?: string;
  /** Killed when it lives longer, which fails the test that waits for it. */
  readonly timeoutMs?: number;
}

export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** What signalbox said, one entry a line. */
  readonly said: readonly SaidLine[];
  /** stderr without signalbox's own lines. */
  readonly ownStderr: string;
  readonly timedOut: boolean;
}

export interface SaidLine {
  readonly level: string;
  readonly code: string;
  readonly message: string;
}

export interface RunningProgram {
  readonly child: ChildProcess;
  readonly ended: Promise<Ending>;
  readonly stdout: string;
  readonly stderr: string;
  /** Resolves with the match as soon as the output has one; rejects with the output when the program ends without. */
  output(pattern: RegExp, stream?: 'stdout' | 'stderr'): Promise<RegExpExecArray>;
  kill(signal: NodeJS.Signals): void;
}

const PRELOAD_MODULE = 'signalbox/register';

/** Nothing of the machine's own settings reaches a program: only what a test names. */
function cleanEnvironment(): Record<string, string> {
  const { PATH = '', HOME = '', TMPDIR, LANG } = process.env;
  return { PATH, HOME, ...(TMPDIR === undefined ? {} : { TMPDIR }), ...(LANG === undefined ? {} : { LANG }) };
}

export function startProgram(options: ProgramOptions): RunningProgram {
  const { preload = 'require', nodeFlags = [], args = [], cwd = ROOT } = options;
  const env: Record<string, string> = cleanEnvironment();
  for (const [name, value] of Object.entries(options.env ?? {})) if (value !== undefined) env[name] = value;
  const flags = [...nodeFlags];
  if (preload === 'require') flags.push('--require', PRELOAD_MODULE);
  if (preload === 'import') flags.push('--import', PRELOAD_MODULE);
  if (preload === 'import-nothing') flags.push('--import', 'data:text/javascript,');
  if (preload === 'node-options') env['NODE_OPTIONS'] = `${env['NODE_OPTIONS'] ?? ''} --require ${PRELOAD_MODULE}`.trim();
  const program = options.program.includes('/') || options.program.startsWith('-') ? options.program : join(PROGRAMS, options.program);

  const child = spawn(options.node ?? process.execPath, [...flags, program, ...args], {
    cwd,
    env,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const text = { stdout: '', stderr: '' };
  const watchers = new Set<() => void>();
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream]?.setEncoding('utf8').on('data', (chunk: string) => {
      text[stream] += chunk;
      for (const watch of watchers) watch();
    });
  }
  let timedOut = false;
  const limit = setTimeout(() => {
    timedOut = true;
    child.kill('SIGKILL');
  }, options.timeoutMs ?? 60_000);
  const ended = once(child, 'close').then(([code, signal]): Ending => {
    clearTimeout(limit);
    return { code, signal, stdout: text.stdout, stderr: text.stderr, timedOut, ...separate(text.stderr) };
  });
  return {
    child,
    ended,
    get stdout() {
      return text.stdout;
    },
    get stderr() {
      return text.stderr;
    },
    async output(pattern, stream = 'stdout') {
      return new Promise((resolve, reject) => {
        const watch = (): void => {
          const match = pattern.exec(text[stream]);
          if (match === null) return;
          watchers.delete(watch);
          resolve(match);
        };
        watchers.add(watch);
        watch();
        void ended.then(({ code, signal }) =>
          reject(
            new Error(
              `The program ended (${code ?? signal}) before ${stream} had ${pattern}.\nstdout:\n${text.stdout}\nstderr:\n${text.stderr}`,
            ),
          ),
        );
      });
    },
    kill: (signal) => void child.kill(signal),
  };
}

/** Run a program to its end. */
export async function runProgram(options: ProgramOptions): Promise<Ending> {
  return startProgram(options).ended;
}

function separate(stderr: string): { said: SaidLine[]; ownStderr: string } {
  const said: SaidLine[] = [];
  const own: string[] = [];
  for (const line of stderr.split('\n')) {
    if (line.startsWith('{') && line.includes('"logger":"signalbox"')) said.push(JSON.parse(line) as SaidLine);
    else own.push(line);
  }
  return { said, ownStderr: own.join('\n') };
}
