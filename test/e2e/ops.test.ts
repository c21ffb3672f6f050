/** The ops port in real processes: who opens it, what it answers, and that nobody notices it otherwise. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { describe, it } from 'node:test';
import { startCollector, type Collector } from './kit/collector.ts';
import { PRELOADS, PROGRAMS, runProgram, startProgram, type RunningProgram } from './kit/run-program.ts';

const OPS = `${PROGRAMS}/ops/`;

interface Served {
  readonly running: RunningProgram;
  /** Of the application. */
  readonly own: string;
  readonly ops: string;
}

async function startServed(
  collector: Collector,
  program: string,
  preload: (typeof PRELOADS)[number],
  env: Readonly<Record<string, string>> = {},
): Promise<Served> {
  // prettier-ignore
  const opened = program.endsWith('.cjs') ? { SIGNALBOX_OPS_PORT: '0' } : {};
  const running = startProgram({
    program: OPS + program,
    preload,
    env: { ...collector.env, OTEL_METRIC_EXPORT_INTERVAL: '60000', ...opened, ...env },
  });
  const [[, own], [, ops]] = await Promise.all([running.output(/port (\d+)/), running.output(/ops port is open: (http:\/\/127\.0\.0\.1:\d+)\/metrics/, 'stderr')]); // prettier-ignore
  return { running, own: `http://127.0.0.1:${own}`, ops: ops as string };
}

const spans = ({ store }: Collector): string[] => store.spans().map(({ name }) => name);

describe('the ops port', { concurrency: 2 }, () => {
  for (const preload of PRELOADS)
    for (const program of ['served.cjs', 'served.mjs'])
      it(`answers probes, traces and counts none of them, and is not ready from SIGTERM on: --${preload}, ${program}`, async () => {
        await using collector = await startCollector();
        const { running, own, ops } = await startServed(collector, program, preload);
        const health = await fetch(`${ops}/health`);
        const { status, checks } = (await health.json()) as {
          status: string;
          checks: Record<string, { status: string; details?: object }>;
        };
        assert.deepEqual([health.status, status], [200, 'degraded']);
        assert.deepEqual(
          [checks['database']?.status, checks['database']?.details, checks['hanging']?.status],
          ['healthy', undefined, 'unhealthy'],
        );
        for (const path of ['/live', '/ready', '/health/telemetry', '/nothing']) await (await fetch(ops + path)).text();
        assert.equal(await (await fetch(`${own}/orders`)).text(), 'own');
        running.kill('SIGTERM');
        await running.output(/draining/);
        assert.equal((await fetch(`${ops}/ready`)).status, 503);
        assert.equal((await fetch(`${ops}/live`)).status, 200);
        running.child.send('done');
        const ending = await running.ended;
        assert.deepEqual([ending.code, ending.signal, ending.ownStderr], [0, null, '']);
        assert.deepEqual(spans(collector), ['GET'], 'of the one request to the application');
      });

  for (const preload of PRELOADS)
    for (const program of ['metrics.cjs', 'metrics.mjs'])
      it(`serves metrics and sends none with OTEL_METRICS_EXPORTER=prometheus: --${preload}, ${program}`, async () => {
        await using collector = await startCollector();
        const env = { ...collector.env, OTEL_METRICS_EXPORTER: 'prometheus', SIGNALBOX_OPS_PORT: '0' };
        const running = startProgram({ program: OPS + program, preload, env });
        const [, ops = ''] = await running.output(/ops port is open: (http:\/\/127\.0\.0\.1:\d+)\/metrics/, 'stderr');
        const text = await (await fetch(`${ops}/metrics`)).text();
        assert.match(text, /^orders_placed_total\{shop="a"\} 3$/m);
        assert.match(text, /^order_duration_seconds_bucket\{le="1\.0"\} 1$/m);
        assert.doesNotMatch(text, /http_server_request/);
        // What the runtime and the process tell is read by a scrape as well, where nothing is sent.
        for (const name of ['nodejs_eventloop_utilization_ratio', 'v8js_memory_heap_used_bytes', 'process_uptime_seconds'])
          assert.match(text, new RegExp(`^${name}`, 'm'));
        const openmetrics = await (
          await fetch(`${ops}/metrics`, { headers: { accept: 'application/openmetrics-text;version=1.0.0' } })
        ).text();
        assert.match(
          openmetrics,
          /^order_duration_seconds_bucket\{le="1\.0"\} 1 # \{trace_id="[0-9a-f]{32}",span_id="[0-9a-f]{16}"\} 0\.25 /m,
        );
        running.kill('SIGTERM');
        await running.ended;
        assert.deepEqual([collector.store.spans().length, collector.store.metrics().length], [1, 0]);
      });

  for (const how of ['natural end', 'exit'])
    it(`holds no process, with a client that hangs on it: ${how}`, async () => {
      const ending = await runProgram({ program: OPS + 'short.cjs', args: [how], env: { OTEL_TRACES_EXPORTER: 'none', OTEL_METRICS_EXPORTER: 'none', OTEL_LOGS_EXPORTER: 'none' }, timeoutMs: 20_000 }); // prettier-ignore
      assert.deepEqual([ending.timedOut, ending.code, ending.stdout], [false, how === 'exit' ? 3 : 0, 'left\n'], ending.stderr);
    });

  it('is opened when nobody asks for it by no program, and by no fork and no worker thread', async () => {
    const env = { OTEL_TRACES_EXPORTER: 'none', OTEL_METRICS_EXPORTER: 'none', OTEL_LOGS_EXPORTER: 'none' };
    const whoListens = async (more: Readonly<Record<string, string>>): Promise<string[]> => (await runProgram({ program: OPS + 'forks.cjs', env: { ...env, ...more } })).stdout.trim().split('\n').sort(); // prettier-ignore
    assert.deepEqual(await whoListens({}), ['fork false', 'main false', 'thread false']);
    assert.deepEqual(await whoListens({ SIGNALBOX_OPS_PORT: '0', NODE_OPTIONS: '--require signalbox/register' }), [
      'fork false',
      'main true',
      'thread false',
    ]);
    const reserved = createServer().listen(0, '127.0.0.1').unref();
    await once(reserved, 'listening');
    const { port } = reserved.address() as AddressInfo;
    reserved.close();
    await once(reserved, 'close');
    const fixed = await runProgram({ program: OPS + 'forks.cjs', env: { ...env, SIGNALBOX_OPS_PORT: String(port) } });
    assert.deepEqual(fixed.stdout.trim().split('\n').sort(), ['fork false', 'main true', 'thread false']);
    assert.doesNotMatch(fixed.stderr, /ops\.port/);
  });

  it('is not opened by a launcher', async () => {
    const ending = await runProgram({ program: '--check', args: ['package.json'], env: { SIGNALBOX_OPS_PORT: '0' } });
    assert.doesNotMatch(ending.stderr, /ops port/);
  });

  it('that is in use is said, and the application runs', async () => {
    const other = createServer().listen(0, '127.0.0.1').unref();
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    await using collector = await startCollector();
    const running = startProgram({ program: OPS + 'served.cjs', env: { ...collector.env, OTEL_EXPORTER_PROMETHEUS_PORT: String(port) } });
    const [, own] = await running.output(/port (\d+)/);
    await running.output(
      /"ops\.port[^\n]*is already in use, most likely by another service[^\n]*Set OTEL_EXPORTER_PROMETHEUS_PORT/,
      'stderr',
    );
    assert.equal(await (await fetch(`http://127.0.0.1:${own}/`)).text(), 'own');
    running.kill('SIGTERM');
    await running.output(/draining/);
    running.child.send('done');
    assert.equal((await running.ended).code, 0);
    other.close();
  });

  for (const how of ['exit', 'SIGTERM', 'SIGKILL'] as const)
    it(`answers for all workers of a cluster, also for one that has ended: ${how}`, async () => {
      await using collector = await startCollector();
      const running = startProgram({ program: `${OPS}cluster.cjs`, env: { ...collector.env, SIGNALBOX_OPS_PORT: '0' } });
      const [, ops = ''] = await running.output(/ops port is open: (http:\/\/127\.0\.0\.1:\d+)\/metrics/, 'stderr');
      await running.output(/counted 4/);
      const scrape = async (): Promise<string> => (await fetch(`${ops}/metrics`)).text();
      const until = async (line: RegExp): Promise<string> => {
        for (let attempt = 0; attempt < 100; attempt++) {
          const text = await scrape();
          if (line.test(text)) return text;
          await new Promise((resolve) => setTimeout(resolve, 100));
        }
        return assert.fail(`${line} is not in ${await scrape()}`);
      };
      const all = await until(/^orders_total\{shop="a"\} 40$/m);
      assert.match(all, /^open_orders 4$/m);
      for (const worker of [1, 2, 3, 4]) assert.match(all, new RegExp(`^pool_size\\{worker="${worker}"\\} ${worker}$`, 'm'));
      assert.match(all, /^order_duration_seconds_bucket\{le="1\.0"\} 1$/m);
      assert.match(all, /^order_duration_seconds_sum 10$/m);
      running.child.send(how);
      await running.output(/gone/);
      await running.output(/counted 5/);
      const after = await until(how === 'exit' ? /^orders_total\{shop="a"\} 55$/m : /^orders_total\{shop="a"\} 50$/m);
      assert.match(after, /^open_orders 4$/m);
      assert.doesNotMatch(after, /^pool_size\{worker="1"\}/m);
      assert.match(after, /^order_duration_seconds_count 5$/m);
      running.child.send('stop');
      await running.ended;
    });
});
