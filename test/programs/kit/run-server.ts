/** Starts one server program, sends it its requests one after another, ends it by SIGTERM. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { request as sendRequest, type IncomingMessage } from 'node:http';
import { connect, createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type { SaidLine } from '../../e2e/kit/run-program.ts';
import type { Exchange, Place, ProgramPreload, Run, ServerProgram } from './server-program.ts';

export interface Answer {
  readonly status: number;
  /** Names and values in turn, as they were sent. */
  readonly headers: readonly string[];
  readonly body: Buffer;
}

export interface ServerRun {
  readonly answers: readonly Answer[];
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  /** Without signalbox's own lines. */
  readonly stderr: string;
  readonly said: readonly SaidLine[];
  readonly port: number;
  readonly pid: number;
}

const HOST = '127.0.0.1';
/** What requests say they are sent to, so that no answer has the port in it. */
const HOST_HEADER = 'programs.test';
const RUN_TIMEOUT_MS = 60_000;
const POLL_MS = 20;

/** The trace context of the request with this number, as a caller would send it. */
export function callerContext(program: string, index: number): { readonly traceId: string; readonly spanId: string } {
  const name = Buffer.from(program.padEnd(14, '.').slice(0, 14)).toString('hex');
  const number = (index + 1).toString(16).padStart(4, '0');
  return { traceId: name + number, spanId: name.slice(0, 12) + number };
}

/**
 * @param preload - `none` for the program on its own.
 * @throws when the program ends before it is asked to, or does not end in time; with all that it said.
 */
export async function runServer(
  program: ServerProgram,
  preload: ProgramPreload | 'none',
  place: Place,
  env: Readonly<Record<string, string>>,
  serviceUrl: string,
): Promise<ServerRun> {
  const port = await freePort();
  const run: Run = { ...place, port, serviceUrl };
  await program.reset?.(run);
  const flags = preload === 'require' || preload === 'import' ? [`--${preload}`, 'signalbox/register'] : [];
  const script = program.script.startsWith('./')
    ? join(place.folder, program.script)
    : join(place.installation, 'node_modules', program.script);
  const { PATH = '' } = process.env;
  const child = spawn(
    process.execPath,
    [...flags, script, ...(preload === 'argument' ? ['--require', 'signalbox/register'] : []), ...(program.args?.(run) ?? [])],
    {
      cwd: place.folder,
      env: {
        PATH,
        HOME: place.folder,
        ...(preload === 'node-options' ? { NODE_OPTIONS: '--require signalbox/register' } : {}),
        ...env,
        ...program.env?.(run),
      },
      stdio: ['ignore', 'pipe', 'pipe'],
      // A group of its own, so that nothing which the program started stays behind.
      detached: true,
    },
  );
  const killGroup = (): void => {
    try {
      process.kill(-(child.pid as number), 'SIGKILL');
    } catch {
      // Nobody is left.
    }
  };
  process.once('exit', killGroup);
  const text = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const)
    child[stream].setEncoding('utf8').on('data', (chunk: string) => (text[stream] += chunk));
  let timedOut = false;
  const limit = setTimeout(() => {
    timedOut = true;
    killGroup();
  }, RUN_TIMEOUT_MS);
  const closed = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
  const hasEnded = (): boolean => child.exitCode !== null || child.signalCode !== null;
  const fail = (what: string): Error =>
    new Error(
      `${program.name} (${preload}) ${what}${timedOut ? ` within ${RUN_TIMEOUT_MS} ms` : ''}.\nstdout:\n${text.stdout}\nstderr:\n${text.stderr}`,
    );

  async function until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
    while (!(await condition())) {
      if (hasEnded()) throw fail(`must ${what}, but ended (${child.exitCode ?? child.signalCode})`);
      await delay(POLL_MS);
    }
  }
  const hasSaid = (pattern: RegExp) => () => pattern.test(text.stdout) || pattern.test(text.stderr);

  try {
    if (program.listens !== false) await until('listen', () => takesConnections(port));
    if (program.ready !== undefined) await until(`say ${program.ready}`, hasSaid(program.ready));
    const answers: Answer[] = [];
    for (const [index, exchange] of program.exchanges.entries()) {
      answers.push(
        await exchangeWith(port, exchange, callerContext(program.name, index)).catch((error: unknown) => {
          throw fail(`must answer ${exchange.path}, but ${String(error)}`);
        }),
      );
    }
    if (program.settled !== undefined) await until(`say ${program.settled}`, hasSaid(program.settled));
    if (preload !== 'none')
      for (const code of program.says ?? []) await until(`let signalbox say "${code}"`, () => text.stderr.includes(`"code":"${code}`));
    child.kill('SIGTERM');
    const [code, signal] = await closed;
    if (timedOut) throw fail('must end on SIGTERM, but did not');
    return { answers, code, signal, port, pid: child.pid as number, stdout: text.stdout, ...separate(text.stderr) };
  } finally {
    clearTimeout(limit);
    killGroup();
    process.removeListener('exit', killGroup);
  }
}

async function exchangeWith(port: number, exchange: Exchange, caller: ReturnType<typeof callerContext>): Promise<Answer> {
  const { method = 'GET', path, body } = exchange;
  const headers: Record<string, string> = {
    host: HOST_HEADER,
    traceparent: `00-${caller.traceId}-${caller.spanId}-01`,
    ...(body === undefined ? {} : { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)) }),
    ...(exchange.upgrade
      ? { connection: 'upgrade', upgrade: 'websocket', 'sec-websocket-version': '13', 'sec-websocket-key': 'c2lnbmFsYm94LXNpZ25hbA==' }
      : {}),
    ...exchange.headers,
  };
  return new Promise((resolve, reject) => {
    const request = sendRequest({ host: HOST, port, method, path, headers, agent: false });
    request.on('error', reject);
    request.on('upgrade', (response: IncomingMessage, socket: Duplex, head: Buffer) => {
      // What the server says first tells that it has done its part.
      const first = head.length > 0 ? Promise.resolve(head) : once(socket, 'data').then(([chunk]) => chunk as Buffer);
      first.then((frame) => {
        socket
          .on('error', () => {})
          .once('close', () => resolve({ status: response.statusCode ?? 0, headers: response.rawHeaders, body: frame }));
        socket.resume().end(CLOSE_FRAME);
      }, reject);
    });
    request.on('response', (response: IncomingMessage) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      // The server is done with the request when it closes the connection, not yet when its last byte is here.
      response.socket.once('close', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.rawHeaders, body: Buffer.concat(chunks) }),
      );
    });
    request.end(body);
  });
}

/** A masked close frame with the status 1000; the mask is zero. */
const CLOSE_FRAME = Buffer.from([0x88, 0x82, 0, 0, 0, 0, 0x03, 0xe8]);

function takesConnections(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, HOST, () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, HOST);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

function separate(stderr: string): { said: SaidLine[]; stderr: string } {
  const said: SaidLine[] = [];
  const own: string[] = [];
  for (const line of stderr.split('\n')) {
    if (line.startsWith('{') && line.includes('"logger":"signalbox"')) said.push(JSON.parse(line) as SaidLine);
    else own.push(line);
  }
  return { said, stderr: own.join('\n') };
}
