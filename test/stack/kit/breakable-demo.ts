/** The demo on Collector, Prometheus and Alertmanager, with all that it needs in processes that a test can take away. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { OperationsSettings } from '../../../src/operations/settings.ts';
import { eventually } from './eventually.ts';
import { reservePorts } from './reserve-ports.ts';
import { restartable, type Restartable } from './restartable.ts';
import { shipped, startStack, type Stack } from './start-stack.ts';
import { startTelegram, type Telegram } from './telegram.ts';
import { startWatchdog } from './watchdog.ts';

interface Shop {
  readonly url: string;
  readonly deskUrl: string;
  stop(): Promise<unknown>;
}

// The shop is plain JavaScript, as an application is, hence the type here.
const { startShop } = (await import(new URL('../../../examples/shop/shop.js', import.meta.url).href)) as {
  startShop(options: {
    databaseUrl: string;
    nodeArgs: readonly string[];
    env(service: string): Readonly<Record<string, string>>;
    withDesk: boolean;
    onLine(service: string, line: string): void;
  }): Promise<Shop>;
};

export interface BreakableDemo extends AsyncDisposable {
  readonly stack: Stack;
  readonly telegram: Telegram;
  readonly shop: Shop;
  /** PostgreSQL, which comes back with its tables and without their rows. */
  readonly database: Restartable;
  readonly redis: Restartable;
  /** One more service. */
  readonly warehouse: Restartable;
  /** `block` or `leak` of a service; `disk` is the worker's volume. */
  setBroken(service: string, what: 'block' | 'leak' | 'disk', isBroken: boolean): void;
  /** Outages of the desk: the payment provider, the assistant's model, the post. */
  setOutage(name: 'payments' | 'assistant' | 'post', isOut: boolean): Promise<void>;
  /** The end of what the services wrote. */
  log(): string;
}

const NODE_ARGS = ['--require', shipped('dist/register.js'), '--import', shipped('test/stack/programs/breakable.mjs')];
const LOG_LINES = 100;
/** storefront, inventory, worker, desk, warehouse */
const SERVICES = 5;
/** So small that a leak is seen soon. The young generation counts as heap that there may be, so that is small as well. */
const SMALL_HEAP = '--max-old-space-size=128 --max-semi-space-size=1';

export async function startBreakableDemo(settings: OperationsSettings): Promise<BreakableDemo> {
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-breakable-'));
  const disk = join(folder, 'disk');
  mkdirSync(disk);
  const watchdog = startWatchdog(folder);
  const reserved = await reservePorts(3);
  const [databasePort = 0, redisPort = 0, warehousePort = 0] = reserved.ports;
  const telegram = await startTelegram();
  const stack = await startStack({
    settings: { ...settings, notifications: { ...settings.notifications, telegram: { apiUrl: telegram.url } } },
    telegram,
    intervalSeconds: 1,
    without: ['jaeger', 'loki'],
  });
  const env = (service: string): Record<string, string> => ({
    OTEL_SERVICE_NAME: service,
    OTEL_EXPORTER_OTLP_ENDPOINT: stack.urls.otlpHttp,
    OTEL_TRACES_EXPORTER: 'none',
    OTEL_LOGS_EXPORTER: 'none',
    OTEL_METRIC_EXPORT_INTERVAL: '1000',
    OTEL_METRIC_EXPORT_TIMEOUT: '1000',
    BREAKABLE_FOLDER: folder,
    ...(service === 'inventory' && { NODE_OPTIONS: SMALL_HEAP }),
    ...(service === 'worker' && { BREAKABLE_DISK: disk }),
    ...(service === 'desk' && { BREAKABLE_REDIS: String(redisPort) }),
  });
  const databaseUrl = `postgresql://postgres@127.0.0.1:${databasePort}/postgres`;
  const example = (file: string): string => shipped(`examples/shop/${file}`);
  const server = restartable({ command: [process.execPath, example('database.js')], env: { PORT: String(databasePort) }, ready: 'database listening' }, watchdog); // prettier-ignore
  const database: Restartable = {
    async start() {
      await server.start();
      const migration = spawn(process.execPath, [example('migrate.js')], { env: { ...process.env, DATABASE_URL: databaseUrl } });
      await once(migration, 'exit');
    },
    kill: server.kill,
  };
  const redis = restartable({ command: ['redis-server', '--port', String(redisPort), '--save', '', '--dir', folder], ready: 'Ready to accept connections' }, watchdog); // prettier-ignore
  const warehouse = restartable({ command: [process.execPath, ...NODE_ARGS, example('inventory.js')], env: { ...env('warehouse'), DATABASE_URL: databaseUrl, PORT: String(warehousePort) }, ready: 'inventory listening' }, watchdog); // prettier-ignore

  const lines: string[] = [];
  await Promise.all([database.start(), redis.start()]);
  const shop = await startShop({
    databaseUrl,
    nodeArgs: NODE_ARGS,
    env,
    withDesk: true,
    onLine: (service, line) => void (lines.push(`${service}: ${line}`) > LOG_LINES && lines.shift()),
  });
  await warehouse.start();
  // What Prometheus has never seen is not missed.
  await eventually(async () => (await stack.prometheus.query('count by (service_name) (process_uptime_seconds)')).length === SERVICES);

  return {
    stack,
    telegram,
    shop,
    database,
    redis,
    warehouse,
    setBroken(service, what, isBroken) {
      if (what === 'disk') {
        if (isBroken) rmSync(disk, { recursive: true });
        else mkdirSync(disk);
        return;
      }
      const flag = join(folder, `${service}.${what}`);
      if (isBroken) writeFileSync(flag, '');
      else if (existsSync(flag)) rmSync(flag);
    },
    async setOutage(name, isOut) {
      const response = await fetch(`${shop.deskUrl}/outages`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ [name]: isOut }),
      });
      if (!response.ok) throw new Error(`the desk answered ${response.status}`);
    },
    log: () => lines.join('\n'),
    async [Symbol.asyncDispose]() {
      await shop.stop();
      for (const each of [warehouse, redis, server]) await each.kill();
      await stack.stopAll();
      await telegram.close();
      reserved.release();
      watchdog.dismiss();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
