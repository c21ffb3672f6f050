/** One ops port for all workers of a cluster, whether or not the primary runs with signalbox: what it counts, and how well it says they are. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { describe, it } from 'node:test';
import { PROGRAMS, startProgram, type RunningProgram } from './kit/run-program.ts';

interface Heard {
  readonly worker: number;
  readonly pid: number;
  readonly what: string;
}

interface Cluster extends AsyncDisposable {
  readonly running: RunningProgram;
  readonly workers: ReadonlyMap<number, number>;
  /** Resolves when a worker says so: with its number when it is given. */
  heard(what: string, worker?: number): Promise<Heard>;
  send(worker: number, what: string): void;
  /** Have workers count, and know of it. */
  count(worker: number, times: number): Promise<void>;
  get(path: string): Promise<{ status: number; text: string; pid: number }>;
  /** What is answered to an alert of this name that fires. */
  post(alertname: string): Promise<string>;
  /** Beside those that `heard` took. */
  timesHeard(what: string): number;
  /** The counter, once it is as it should be. */
  untilCounted(expected: number): Promise<string>;
}

const EXPORTS_NOTHING = { OTEL_TRACES_EXPORTER: 'none', OTEL_METRICS_EXPORTER: 'prometheus', OTEL_LOGS_EXPORTER: 'none' };

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 50));

async function startCluster(isPreloaded: boolean, env: Readonly<Record<string, string>> = {}): Promise<Cluster> {
  const port = await freePort();
  const running = startProgram({
    program: `${PROGRAMS}/ops/workers.cjs`,
    preload: isPreloaded ? 'require' : 'none',
    env: { ...EXPORTS_NOTHING, SIGNALBOX_OPS_PORT: String(port), SIGNALBOX_OPS_DETAILS: 'true', ...env },
    timeoutMs: 90_000,
  });
  const workers = new Map<number, number>();
  const all: Heard[] = [];
  const waiting = new Set<() => void>();
  running.child.on('message', (message) => {
    const said = message as Heard;
    all.push(said);
    if (said.what === 'listens') workers.set(said.worker, said.pid);
    if (said.what === 'ended') workers.delete(said.worker);
    for (const look of waiting) look();
  });
  const cluster: Cluster = {
    running,
    workers,
    heard: (what, worker) =>
      new Promise((resolve) => {
        const look = (): void => {
          const index = all.findIndex((said) => said.what === what && (worker === undefined || said.worker === worker));
          if (index < 0) return;
          waiting.delete(look);
          resolve(...(all.splice(index, 1) as [Heard]));
        };
        waiting.add(look);
        look();
      }),
    send: (worker, what) => void running.child.send({ worker, what }),
    async count(worker, times) {
      for (let i = 0; i < times; i++) {
        cluster.send(worker, 'count');
        await cluster.heard('counted', worker);
      }
    },
    async get(path) {
      for (;;)
        try {
          const response = await fetch(`http://127.0.0.1:${port}${path}`);
          const pid = Number(/\((\d+)\)/.exec(response.headers.get('server') ?? '')?.[1]);
          return { status: response.status, text: await response.text(), pid };
        } catch (error) {
          if (running.child.exitCode !== null) throw error;
          await pause();
        }
    },
    async post(alertname) {
      const alerts = [{ status: 'firing', labels: { alertname }, startsAt: '2026-01-01T00:00:00Z', fingerprint: alertname }];
      const headers = { authorization: 'Bearer open-sesame' };
      return (await fetch(`http://127.0.0.1:${port}/alerts`, { method: 'POST', headers, body: JSON.stringify({ alerts }) })).text();
    },
    timesHeard: (what) => all.filter((each) => each.what === what).length,
    async untilCounted(expected) {
      for (;;) {
        const { text } = await cluster.get('/metrics');
        const counted = Number(/^orders_total\{shop="a"\} (\d+)$/m.exec(text)?.[1] ?? 0);
        assert.ok(counted <= expected, `${counted} of ${expected} counted`);
        if (counted === expected) return text;
        await pause();
      }
    },
    async [Symbol.asyncDispose]() {
      running.kill('SIGKILL');
      await running.ended;
    },
  };
  for (let i = 0; i < 4; i++) await cluster.heard('listens');
  return cluster;
}

const healthOf = (text: string): { status: string; checks: Record<string, { status: string; error?: string; details?: { workers: Record<string, unknown>[] } }> } => JSON.parse(text); // prettier-ignore

/** Until the one that serves hears of all four. */
async function untilJoined(cluster: Cluster): Promise<void> {
  while (healthOf((await cluster.get('/health')).text).checks['database']?.details?.workers?.length !== 4) await pause();
}

for (const isPreloaded of [true, false])
  describe(`one ops port for the workers of a cluster, ${isPreloaded ? 'the primary has it' : 'the primary runs without signalbox'}`, () => {
    it('has the sum of what they count, exactly, however they end', async () => {
      await using cluster = await startCluster(isPreloaded);
      let counted = 0;
      for (const worker of [1, 2, 3, 4]) {
        await cluster.count(worker, worker);
        counted += worker;
      }
      await cluster.untilCounted(counted);
      for (const how of ['exit', 'disconnect', 'SIGTERM', 'throw']) {
        const [worker] = [...cluster.workers.keys()];
        cluster.send(worker as number, `count and ${how}`);
        counted++;
        await cluster.heard('ended', worker);
        const { worker: next } = await cluster.heard('listens');
        await cluster.count(next, 2);
        counted += 2;
        const text = await cluster.untilCounted(counted);
        assert.match(text, new RegExp(`^order_duration_seconds_bucket\\{le="1\\.0"\\} ${counted}$`, 'm'), how);
        assert.match(text, new RegExp(`^order_duration_seconds_count ${counted}$`, 'm'), how);
      }
    });

    it('hands an alert to one process that has a handler, also when it is sent again', async () => {
      await using cluster = await startCluster(isPreloaded, { SIGNALBOX_ON_ALERT_TOKEN: 'open-sesame' });
      await untilJoined(cluster);
      for (let i = 0; i < 3; i++) assert.equal(await cluster.post('QueueStuck'), '1 of 1 alerts have a handler here.\n');
      assert.equal(await cluster.post('Unknown'), '0 of 1 alerts have a handler here.\n');
      await cluster.heard('handles');
      for (const worker of cluster.workers.keys()) await cluster.count(worker, 1);
      assert.equal(cluster.timesHeard('handles'), 0, 'only that once');
    });

    it('has what the runtime of each worker tells', async () => {
      await using cluster = await startCluster(isPreloaded);
      const workers = (text: string): number =>
        new Set([...text.matchAll(/^nodejs_eventloop_utilization_ratio\{worker="(\d+)"\}/gm)].map(([, worker]) => worker)).size;
      while (workers((await cluster.get('/metrics')).text) < 4) await pause();
    });

    it('loses nothing that was scraped when one is killed, and what it counted since is less than five seconds old', async () => {
      await using cluster = await startCluster(isPreloaded);
      for (const worker of [1, 2, 3, 4]) await cluster.count(worker, 10);
      await cluster.untilCounted(40);
      // The one that answers, where it is a worker; then another.
      for (let killed = 1; killed <= 2; killed++) {
        const { pid: serving } = await cluster.get('/live');
        const pid = killed === 1 && !isPreloaded ? serving : [...cluster.workers.values()].find((each) => each !== serving);
        process.kill(pid as number, 'SIGKILL');
        await cluster.heard('ended');
        await cluster.heard('listens');
        assert.match((await cluster.get('/metrics')).text, /^orders_total\{shop="a"\} 40$/m);
      }
      const [worker] = [...cluster.workers.keys()];
      await cluster.count(worker as number, 1);
      await cluster.untilCounted(41);
    });

    it('is as healthy as the least healthy worker, and says which that is', async () => {
      await using cluster = await startCluster(isPreloaded);
      await untilJoined(cluster);
      assert.equal((await cluster.get('/ready')).status, 200);
      cluster.send(2, 'unhealthy');
      const { pid } = await cluster.heard('is unhealthy');
      for (const path of ['/health', '/ready']) {
        const { status, text } = await cluster.get(path);
        const { database } = healthOf(text).checks;
        assert.deepEqual([status, database?.status], [503, 'unhealthy']);
        const found = database?.details?.workers.find(({ worker }) => worker === '2');
        assert.deepEqual([found?.['pid'], found?.['status'], found?.['details']], [pid, 'unhealthy', { id: 2 }]);
      }
      const { text } = await cluster.get('/metrics');
      assert.match(text, /^signalbox_health_status_ratio\{signalbox_health_check_name="database"\} 0$/m);
    });

    it('is ready while one worker is ending, for others are there', async () => {
      await using cluster = await startCluster(isPreloaded);
      await untilJoined(cluster);
      const { pid: serving } = await cluster.get('/live');
      const ending = [...cluster.workers].find(([, pid]) => isPreloaded || pid === serving)?.[0] as number;
      cluster.send(ending, 'end slowly');
      await cluster.heard('is ending');
      assert.equal((await cluster.get('/ready')).status, 200);
    });

    it('is not held up by a worker that hangs: its metrics are served as they were, and it is not ready', async () => {
      await using cluster = await startCluster(isPreloaded);
      for (const worker of [1, 2, 3, 4]) await cluster.count(worker, 1);
      await cluster.untilCounted(4);
      const { pid: serving } = await cluster.get('/live');
      const [worker, pid] = [...cluster.workers].find((each) => each[1] !== serving) as [number, number];
      process.kill(pid, 'SIGSTOP');
      try {
        assert.match((await cluster.get('/metrics')).text, /^orders_total\{shop="a"\} 4$/m);
        const { status, text } = await cluster.get('/ready');
        assert.equal(status, 503);
        assert.match(healthOf(text).checks[`worker ${worker}`]?.error ?? '', new RegExp(`process ${pid} did not answer`));
        await cluster.running.output(
          new RegExp(`"ops\\.late[^\\n]*Worker ${worker} of the cluster[^\\n]*process ${pid} did not`),
          'stderr',
        );
      } finally {
        process.kill(pid, 'SIGCONT');
      }
      while ((await cluster.get('/ready')).status !== 200) await pause();
    });
  });

it('a cluster that cannot meet says so, and its workers run', async () => {
  await using cluster = await startCluster(false, { TMPDIR: '/dev/null' });
  await cluster.running.output(/"ops\.cluster"[^\n]*must be able to meet[^\n]*ENOTDIR/, 'stderr');
  await cluster.count(1, 1);
});
