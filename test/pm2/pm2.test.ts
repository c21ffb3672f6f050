/** The real PM2: its daemon runs without signalbox, and yet one port answers for all instances of an application. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { get } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const { packagesFolder, arePackagesInstalled } = (await import(new URL('../../scripts/install-packages.mjs', import.meta.url).href)) as {
  packagesFolder(name: string): string;
  arePackagesInstalled(name: string): boolean;
};

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '../..');
const required = process.env['SIGNALBOX_TEST_SERVERS'] === 'required';
const isThere = arePackagesInstalled('pm2');
if (required && !isThere) throw new Error('PM2 must be installed, it is not. Run: node scripts/install-packages.mjs pm2');

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 100));
const run = promisify(execFile);

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

interface Answered {
  readonly status: number;
  readonly text: string;
  readonly server: string;
}

/** Once it is gone: what it was asked while it ended it may have counted and not answered. */
async function end(pid: number, signal: NodeJS.Signals): Promise<void> {
  process.kill(pid, signal);
  const isAlive = (): boolean => {
    try {
      return process.kill(pid, 0);
    } catch {
      return false;
    }
  };
  while (isAlive()) await pause();
}

/** `undefined` while nobody listens. */
function ask(port: number, path: string): Promise<Answered | undefined> {
  return new Promise((resolve) => {
    const request = get({ port, host: '127.0.0.1', path, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (piece: string) => (text += piece));
      response.on('error', () => resolve(undefined));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text, server: String(response.headers.server) }));
    });
    // A connection that was given to an instance that ended is never answered.
    request.setTimeout(5000, () => request.destroy()).on('error', () => resolve(undefined));
  });
}

describe(
  'the real PM2',
  { timeout: 120_000, skip: isThere ? false : 'SKIP pm2: it is not installed (node scripts/install-packages.mjs pm2)' },
  () => {
    const home = mkdtempSync(join(tmpdir(), 'signalbox-pm2-'));
    let [appPort, opsPort, ordered] = [0, 0, 0];

    async function pm2(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<string> {
      const { HOME = '', PATH = '' } = process.env;
      const bin = join(packagesFolder('pm2'), 'node_modules/pm2/bin/pm2');
      const settings = {
        OTEL_TRACES_EXPORTER: 'none',
        OTEL_LOGS_EXPORTER: 'none',
        OTEL_METRICS_EXPORTER: 'prometheus',
        OTEL_EXPORTER_PROMETHEUS_PORT: String(opsPort),
        SIGNALBOX_OPS_DETAILS: 'true',
      };
      const path = `${dirname(process.execPath)}:${PATH}`;
      const { stdout } = await run(process.execPath, [bin, ...args], {
        cwd: ROOT,
        env: { HOME, PATH: path, PM2_HOME: home, APP_PORT: String(appPort), ...settings, ...env },
      });
      return stdout;
    }

    const start = (name: string, instances: number, env: Readonly<Record<string, string>> = {}): Promise<string> =>
    pm2(['start', join(ROOT, 'test/e2e/programs/ops/orders.cjs'), '--name', name, '-i', String(instances), '--node-args=--require signalbox/register'], env); // prettier-ignore

    /** Order until the answers to the last requests came from such processes. The application counts what was answered. */
    async function order(isEnough: (pids: ReadonlySet<number>) => boolean): Promise<Set<number>> {
      for (;;) {
        const pids = new Set<number>();
        for (let i = 0; i < 12; i++) {
          const answered = await ask(appPort, '/');
          if (answered === undefined) await pause();
          else ordered++;
          if (answered !== undefined) pids.add(Number(answered.text));
        }
        if (isEnough(pids)) return pids;
      }
    }

    const counted = async (): Promise<number | undefined> => {
      const answered = await ask(opsPort, '/metrics');
      return answered && Number(/^orders_total\{shop="a"\} (\d+)$/m.exec(answered.text)?.[1] ?? 0);
    };

    /** Never falls on the way. */
    async function untilAllCounted(): Promise<void> {
      for (let before = 0; ;) {
        const now = await counted();
        if (now === ordered) return;
        if (now !== undefined) {
          assert.ok(now <= ordered && now >= before, `${before}, then ${now} of ${ordered}`);
          before = now;
        }
        await pause();
      }
    }

    const serving = async (): Promise<number> => Number(/\((\d+)\)/.exec((await ask(opsPort, '/live'))?.server ?? '')?.[1]);
    const four = (pids: ReadonlySet<number>): boolean => pids.size >= 4;
    const without =
      (pid: number) =>
      (pids: ReadonlySet<number>): boolean =>
        pids.size >= 4 && !pids.has(pid);

    before(async () => {
      [appPort, opsPort] = [await freePort(), await freePort()];
      await start('shop', 4);
    });
    after(async () => {
      await pm2(['kill']);
      rmSync(home, { recursive: true, force: true });
    });

    it('has one port that answers for four instances', async () => {
      const pids = await order(four);
      await untilAllCounted();
      const answered = await ask(opsPort, '/metrics');
      const workers = new Set([...(answered?.text ?? '').matchAll(/^pool_size\{worker="(\d+)"\} 5$/gm)].map(([, worker]) => worker)); // prettier-ignore
      assert.equal(workers.size, pids.size);
    });

    it('counts exactly after an instance has ended by SIGTERM and was replaced', async () => {
      const pids = await order(four);
      const elected = await serving();
      const other = [...pids].find((pid) => pid !== elected) as number;
      await end(other, 'SIGTERM');
      await order(without(other));
      await untilAllCounted();
    });

    it('loses nothing that was scraped when an instance is killed, or the one that has the port', async () => {
      for (const which of ['another', 'elected']) {
        const pids = await order(four);
        await untilAllCounted();
        const elected = await serving();
        const killed = which === 'elected' ? elected : ([...pids].find((pid) => pid !== elected) as number);
        await end(killed, 'SIGKILL');
        await order(without(killed));
        await untilAllCounted();
      }
      assert.equal((await ask(opsPort, '/ready'))?.status, 200);
    });

    it('loses nothing by a reload, and goes on answering', async () => {
      const before = await order(four);
      let isOver = false;
      const reload = pm2(['reload', 'shop']).finally(() => (isOver = true));
      while (!isOver) await untilAllCounted();
      await reload;
      const pids = await order(four);
      assert.ok([...before].every((pid) => !pids.has(pid)));
      await untilAllCounted();
    });

    it('says of another service that wants the same port that it is in use, and by whom', async () => {
      await start('other', 2, { APP_PORT: String(await freePort()) });
      const line = /"ops\.port[^\n]*is already in use, by process (\d+), which runs signalbox as well/;
      let said: RegExpExecArray | null = null;
      while ((said = line.exec(readFileSync(join(home, 'pm2.log'), 'utf8'))) === null) await pause();
      assert.equal(Number(said[1]), await serving());
      await pm2(['delete', 'other']);
      await order(four);
      await untilAllCounted();
    });

    it('is as healthy as the least healthy instance', async () => {
      const failing = await ask(appPort, '/fail');
      const health = await ask(opsPort, '/health');
      const { checks } = JSON.parse(health?.text ?? '') as {
        checks: Record<string, { details: { workers: { pid: number; status: string }[] } }>;
      };
      const { workers = [] } = checks['database']?.details ?? {};
      assert.equal(health?.status, 503);
      assert.deepEqual([workers.length, workers.filter(({ status }) => status === 'unhealthy').map(({ pid }) => String(pid))], [4, [failing?.text]]); // prettier-ignore
    });
  },
);
