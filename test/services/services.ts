/**
 * Databases and brokers for tests: Debian's packages (`scripts/install-services.sh`) and Kafka's jars
 * (`scripts/build-servers.mjs`), each started on ports of its own, with a data folder of its own, and gone after
 * `stop()`. A test process that is killed takes its servers with it.
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, chownSync, constants, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

export type ServiceName = 'postgres' | 'redis' | 'mariadb' | 'rabbitmq' | 'kafka';

export interface Service {
  readonly name: ServiceName;
  /** Always `127.0.0.1`. */
  readonly host: string;
  readonly port: number;
  /** What a client is given: `postgresql://postgres@127.0.0.1:50123/postgres`; for Kafka the broker, `127.0.0.1:50123`. */
  readonly url: string;
  /** Stops the server's processes where they are (SIGSTOP): its port takes connections, and nothing answers. */
  suspend(): void;
  resume(): void;
  /** Ends the server and removes its data. A second call does nothing. Never rejects. */
  stop(): Promise<void>;
}

// Plain JavaScript without a declaration, hence the type here.
const { locateServers } = (await import(new URL('../../scripts/build-servers.mjs', import.meta.url).href)) as {
  locateServers(): { readonly kafka: { readonly built: boolean; readonly classpath: string } };
};

const HOST = '127.0.0.1';

/** RabbitMQ needs ten seconds on an idle machine; a CI machine is seldom idle. */
const READY_ATTEMPTS = 900;
const READY_INTERVAL_MS = 100;

/** A second try is for a port that somebody took between our asking for it and the server's. */
const START_ATTEMPTS = 2;

const STOP_TIMEOUT_MS = 15_000;

/** How much of a server's output is kept for the message of a failure, in characters. */
const OUTPUT_KEPT = 4_000;

/** One program to run as a server, or in preparation of one. */
interface Program {
  readonly command: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** How one kind of server is started. */
interface Recipe {
  /** The programs without which it cannot be started. Throws an error that names the first one missing. */
  find(): readonly string[];
  /** Root may not run some of them: the user that Debian's package made. `undefined` keeps the user of the test. */
  readonly user?: string;
  readonly ports: number;
  /** Writes what the server needs into its empty data folder, and says what to run there, one after another. */
  prepare(
    programs: readonly string[],
    dir: string,
    ports: readonly number[],
  ): {
    readonly before: readonly Program[];
    /** A helper that runs as long as the server does. */
    readonly beside?: Program;
    readonly server: Program;
  };
  readonly stopSignal: NodeJS.Signals;
  /** Sent to the first port; the answer that `isReady` knows means that the server takes work. */
  readonly hello: Buffer;
  isReady(answer: Buffer): boolean;
  url(port: number): string;
}

const recipes: Record<ServiceName, Recipe> = {
  postgres: {
    find: () => [findProgram('postgres', postgresFolders()), findProgram('initdb', postgresFolders())],
    user: 'postgres',
    ports: 1,
    prepare: ([postgres = '', initdb = ''], dir, [port]) => ({
      before: [{ command: [initdb, '--no-sync', '--auth=trust', '--username=postgres', '--encoding=UTF8', '--locale=C', '-D', dir] }],
      server: {
        command: [postgres, '-D', dir, '-p', `${port}`, ...postgresSettings({ listen_addresses: HOST, unix_socket_directories: '' })],
      },
    }),
    // SIGTERM would wait until every client has left.
    stopSignal: 'SIGINT',
    hello: postgresStartup('postgres'),
    isReady: (answer) => answer[0] === 'R'.charCodeAt(0),
    url: (port) => `postgresql://postgres@${HOST}:${port}/postgres`,
  },

  redis: {
    find: () => [findProgram('redis-server')],
    user: 'redis',
    ports: 1,
    prepare: ([redis = ''], dir, [port]) => ({
      before: [],
      server: { command: [redis, '--bind', HOST, '--port', `${port}`, '--dir', dir, '--save', '', '--appendonly', 'no'] },
    }),
    stopSignal: 'SIGTERM',
    hello: Buffer.from('PING\r\n'),
    isReady: (answer) => answer.toString().startsWith('+PONG'),
    url: (port) => `redis://${HOST}:${port}`,
  },

  mariadb: {
    find: () => [findProgram('mariadbd'), findProgram('mariadb-install-db')],
    user: 'mysql',
    ports: 1,
    prepare: ([mariadbd = '', install = ''], dir, [port]) => ({
      before: [{ command: [install, '--no-defaults', `--datadir=${dir}/data`, '--skip-name-resolve'] }],
      server: {
        command: [
          mariadbd,
          '--no-defaults',
          `--datadir=${dir}/data`,
          `--socket=${dir}/socket`,
          `--bind-address=${HOST}`,
          `--port=${port}`,
          '--skip-name-resolve',
          '--skip-grant-tables',
          '--innodb-buffer-pool-size=16M',
          '--innodb-flush-log-at-trx-commit=0',
        ],
      },
    }),
    stopSignal: 'SIGTERM',
    // The server speaks first: a packet header of four bytes, then the protocol's version.
    hello: Buffer.alloc(0),
    isReady: (answer) => answer[4] === 10,
    url: (port) => `mysql://root@${HOST}:${port}/test`,
  },

  rabbitmq: {
    find: () => [findProgram('rabbitmq-server', ['/usr/lib/rabbitmq/bin']), findProgram('epmd')],
    user: 'rabbitmq',
    ports: 3,
    prepare([rabbitmq = '', epmd = ''], dir, [port, distributionPort, epmdPort]) {
      writeFileSync(join(dir, 'rabbitmq.conf'), 'log.console = true\nlog.console.level = warning\nlog.file = false\n');
      writeFileSync(join(dir, 'enabled_plugins'), '[].\n');
      return {
        before: [],
        // Erlang would start the machine's own epmd, as a daemon that stays for ever.
        beside: { command: [epmd, '-port', `${epmdPort}`, '-address', HOST] },
        server: {
          command: [rabbitmq],
          env: {
            HOME: dir,
            ERL_EPMD_PORT: `${epmdPort}`,
            RABBITMQ_NODENAME: `signalbox-${port}@localhost`,
            RABBITMQ_NODE_IP_ADDRESS: HOST,
            RABBITMQ_NODE_PORT: `${port}`,
            RABBITMQ_DIST_PORT: `${distributionPort}`,
            RABBITMQ_MNESIA_BASE: join(dir, 'mnesia'),
            RABBITMQ_LOG_BASE: join(dir, 'log'),
            RABBITMQ_CONFIG_FILE: join(dir, 'rabbitmq.conf'),
            RABBITMQ_ENABLED_PLUGINS_FILE: join(dir, 'enabled_plugins'),
            RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '-kernel inet_dist_use_interface {127,0,0,1}',
            // Together: the script becomes the server, rather than staying as its parent, and reads no input.
            RABBITMQ_ALLOW_INPUT: 'true',
            RABBITMQ_SERVER_START_ARGS: '-noinput',
          },
        },
      };
    },
    stopSignal: 'SIGTERM',
    hello: Buffer.from([0x41, 0x4d, 0x51, 0x50, 0, 0, 9, 1]),
    // A method frame on channel 0: connection.start.
    isReady: (answer) => answer[0] === 1,
    url: (port) => `amqp://guest:guest@${HOST}:${port}`,
  },

  kafka: {
    find: () => [findProgram('java'), kafkaJars()],
    ports: 2,
    prepare([java = '', jars = ''], dir, [port, controllerPort]) {
      const settings = join(dir, 'server.properties');
      writeFileSync(settings, kafkaSettings(dir, port, controllerPort));
      const logging = join(dir, 'log4j.properties');
      writeFileSync(
        logging,
        'log4j.rootLogger=WARN, out\nlog4j.appender.out=org.apache.log4j.ConsoleAppender\nlog4j.appender.out.layout=org.apache.log4j.SimpleLayout\n',
      );
      // The cheap compiler alone: a test's Kafka does not live long enough for the other one to pay.
      const kafka = [java, '-Xmx512m', '-XX:TieredStopAtLevel=1', `-Dlog4j.configuration=file:${logging}`, '-cp', jars];
      return {
        before: [{ command: [...kafka, 'kafka.tools.StorageTool', 'format', '-t', 'c2lnbmFsYm94LXRlc3RzMA', '-c', settings] }],
        server: { command: [...kafka, 'kafka.Kafka', settings] },
      };
    },
    stopSignal: 'SIGTERM',
    hello: kafkaApiVersions(),
    // Four bytes of length, then the number that our question carried.
    isReady: (answer) => answer.length >= 8 && answer.readInt32BE(4) === 1,
    url: (port) => `${HOST}:${port}`,
  },
};

/** PostgreSQL; user `postgres`, database `postgres`, no password. */
export const startPostgres = (port?: number): Promise<Service> => start('postgres', port);
/** Redis, with nothing kept on disk. */
export const startRedis = (port?: number): Promise<Service> => start('redis', port);
/** MariaDB; any user, no password; the database `test` is there. */
export const startMariadb = (): Promise<Service> => start('mariadb');
/** RabbitMQ; user and password `guest`. */
export const startRabbitmq = (): Promise<Service> => start('rabbitmq');
/** One Kafka broker; topics are made when they are first used. */
export const startKafka = (): Promise<Service> => start('kafka');

/**
 * Why tests that need these services cannot run here, for `test(name, { skip: missing('redis') }, …)`.
 *
 * @returns `false` when all are installed; else one line with every name and the cure.
 * @throws instead of returning a line when `SIGNALBOX_TEST_SERVERS=required`, as in CI.
 */
export function missing(...names: readonly ServiceName[]): string | false {
  const reasons = names.flatMap((name) => {
    try {
      recipes[name].find();
      return [];
    } catch (error) {
      return [`${name}: ${(error as Error).message}`];
    }
  });
  if (reasons.length === 0) return false;
  const line = reasons.join('; ');
  if (process.env['SIGNALBOX_TEST_SERVERS'] === 'required') throw new Error(`SIGNALBOX_TEST_SERVERS=required, but ${line}`);
  return line;
}

/** @param port - where one of that name was before. Default: a free one. */
async function start(name: ServiceName, port?: number): Promise<Service> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await startOnce(name, recipes[name], port);
    } catch (error) {
      if (attempt === START_ATTEMPTS) throw error;
    }
  }
}

async function startOnce(name: ServiceName, recipe: Recipe, wanted?: number): Promise<Service> {
  const programs = recipe.find();
  const ports = wanted === undefined ? await freePorts(recipe.ports) : [wanted];
  const [port = 0] = ports;
  const dir = mkdtempSync(join(tmpdir(), `signalbox-${name}-`));
  const running: Running[] = [];

  let stopped: Promise<void> | undefined;
  const stop = (): Promise<void> => {
    stopped ??= (async () => {
      // The server first: RabbitMQ still speaks to its epmd when it ends.
      for (const program of running.toReversed()) await end(program, recipe.stopSignal);
      rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
    })();
    return stopped;
  };

  try {
    const { before, beside, server } = recipe.prepare(programs, dir, ports);
    giveTo(dir, recipe.user);
    for (const program of before) await runToEnd(name, program, dir, recipe.user);
    if (beside) running.push(launch(beside, dir, recipe.user));
    const main = launch(server, dir, recipe.user);
    running.push(main);
    await untilReady(name, recipe, port, main);
  } catch (error) {
    await stop();
    throw error;
  }
  const signal = (kind: NodeJS.Signals): void => {
    for (const { process: child } of running) if (child.pid !== undefined) signalTree(child.pid, kind);
  };
  return { name, host: HOST, port, url: recipe.url(port), suspend: () => signal('SIGSTOP'), resume: () => signal('SIGCONT'), stop };
}

/** A process and those that it started: PostgreSQL has one for each connection. */
function signalTree(pid: number, signal: NodeJS.Signals): void {
  process.kill(pid, signal);
  for (const child of readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean))
    signalTree(Number(child), signal);
}

interface Running {
  readonly process: ChildProcess;
  /** Resolves at the end of the process, also when it could not be started. */
  readonly ended: Promise<void>;
  output(): string;
}

function launch({ command, env }: Program, cwd: string, user: string | undefined): Running {
  const [file = '', ...args] = [...wrapper(user), ...command];
  const child = spawn(file, args, { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  const keep = (text: string): void => {
    output = (output + text).slice(-OUTPUT_KEPT);
  };
  child.stdout.setEncoding('utf8').on('data', keep);
  child.stderr.setEncoding('utf8').on('data', keep);
  const ended = once(child, 'close').then(
    () => undefined,
    (error: unknown) => keep(String(error)),
  );
  return { process: child, ended, output: () => output.trim() };
}

/** `--pdeathsig`: a server whose test process is gone, however that went, ends too. */
function wrapper(user: string | undefined): string[] {
  const asUser = user !== undefined && isRoot() ? [`--reuid=${user}`, `--regid=${user}`, '--clear-groups'] : [];
  return [findProgram('setpriv'), '--pdeathsig=KILL', ...asUser, '--'];
}

const isRoot = (): boolean => process.getuid?.() === 0;

async function runToEnd(name: ServiceName, program: Program, dir: string, user: string | undefined): Promise<void> {
  const running = launch(program, dir, user);
  await running.ended;
  if (running.process.exitCode !== 0) throw new Error(`${name} could not be prepared: ${running.output()}`);
}

async function end(running: Running, signal: NodeJS.Signals): Promise<void> {
  running.process.kill(signal);
  const timer = setTimeout(() => running.process.kill('SIGKILL'), STOP_TIMEOUT_MS);
  await running.ended;
  clearTimeout(timer);
}

async function untilReady(name: ServiceName, recipe: Recipe, port: number, running: Running): Promise<void> {
  let over = false;
  void running.ended.then(() => {
    over = true;
  });
  for (let attempt = 0; attempt < READY_ATTEMPTS && !over; attempt++) {
    if (await answers(port, recipe)) return;
    await delay(READY_INTERVAL_MS);
  }
  const what = over ? `ended with ${running.process.exitCode ?? running.process.signalCode}` : 'did not answer in time';
  throw new Error(`${name} must answer on port ${port}, it ${what}: ${running.output()}`);
}

/** One question on one connection. `false` when nobody listens, when the answer is another one, or when there is none. */
function answers(port: number, { hello, isReady }: Recipe): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, HOST, () => socket.write(hello));
    socket.setTimeout(5_000, () => socket.destroy());
    socket.on('error', () => socket.destroy());
    socket.on('close', () => resolve(false));
    socket.once('data', (answer) => {
      resolve(isReady(answer));
      socket.destroy();
    });
  });
}

/** Ports that are free now. All are held until the last is known, so that they differ. */
async function freePorts(count: number): Promise<number[]> {
  const holders = Array.from({ length: count }, () => createServer().listen(0, HOST));
  await Promise.all(holders.map((holder) => once(holder, 'listening')));
  const ports = holders.map((holder) => (holder.address() as AddressInfo).port);
  await Promise.all(holders.map((holder) => once(holder.close(), 'close')));
  return ports;
}

/** Hands the data folder, and what was prepared in it, to the server's user. */
function giveTo(dir: string, user: string | undefined): void {
  if (user === undefined || !isRoot()) return;
  const entry = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((line) => line.startsWith(`${user}:`));
  const [uid, gid] = entry?.split(':').slice(2, 4).map(Number) ?? [];
  if (uid === undefined || gid === undefined) throw new Error(`the user "${user}" must exist, it is not in /etc/passwd`);
  for (const path of [dir, ...readdirSync(dir).map((file) => join(dir, file))]) chownSync(path, uid, gid);
}

/** The first executable of that name in `folders`, in PATH, or where Debian keeps servers. */
function findProgram(name: string, folders: readonly string[] = []): string {
  const path = process.env['PATH']?.split(delimiter) ?? [];
  for (const folder of [...folders, ...path, '/usr/sbin', '/usr/local/sbin']) {
    const file = join(folder, name);
    try {
      accessSync(file, constants.X_OK);
      return file;
    } catch {
      // Look on.
    }
  }
  const cure = name === 'java' ? 'install a Java 17 or newer' : 'scripts/install-services.sh installs it';
  throw new Error(`"${name}" is not installed; ${cure}`);
}

/** The class path of Kafka's jars in the user's cache. */
function kafkaJars(): string {
  const { built, classpath } = locateServers().kafka;
  if (!built) throw new Error('its jars are not in the cache; "node scripts/build-servers.mjs kafka" fetches them');
  return classpath;
}

/** Debian keeps the server's programs of each release in a folder of its own, out of PATH. Newest first. */
function postgresFolders(): string[] {
  const root = '/usr/lib/postgresql';
  try {
    const releases = readdirSync(root).toSorted((a, b) => Number(b) - Number(a));
    return releases.map((release) => join(root, release, 'bin'));
  } catch {
    return [];
  }
}

/** Nothing that a test writes has to survive. */
function postgresSettings(settings: Readonly<Record<string, string>>): string[] {
  const all = { ...settings, fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' };
  return Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

/** https://www.postgresql.org/docs/current/protocol-message-formats.html */
function postgresStartup(user: string): Buffer {
  const parameters = Buffer.from(`user\0${user}\0database\0postgres\0\0`);
  const head = Buffer.alloc(8);
  head.writeInt32BE(head.length + parameters.length, 0);
  head.writeInt32BE(3 << 16, 4);
  return Buffer.concat([head, parameters]);
}

/** ApiVersions, version 0: key 18, correlation id 1, no client id. https://kafka.apache.org/protocol */
function kafkaApiVersions(): Buffer {
  return Buffer.from([0, 0, 0, 10, 0, 18, 0, 0, 0, 0, 0, 1, 0xff, 0xff]);
}

function kafkaSettings(dir: string, port: number | undefined, controllerPort: number | undefined): string {
  return Object.entries({
    'process.roles': 'broker,controller',
    'node.id': '1',
    'controller.quorum.voters': `1@${HOST}:${controllerPort}`,
    listeners: `PLAINTEXT://${HOST}:${port},CONTROLLER://${HOST}:${controllerPort}`,
    'advertised.listeners': `PLAINTEXT://${HOST}:${port}`,
    'controller.listener.names': 'CONTROLLER',
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'log.dirs': join(dir, 'data'),
    'num.partitions': '1',
    'offsets.topic.num.partitions': '1',
    'offsets.topic.replication.factor': '1',
    'transaction.state.log.num.partitions': '1',
    'transaction.state.log.replication.factor': '1',
    'transaction.state.log.min.isr': '1',
    // A consumer alone in its group need not wait for others.
    'group.initial.rebalance.delay.ms': '0',
  })
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}
