/** A real Prometheus that scrapes applications as docs/stack.md says, each on its ops port. */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { parse } from 'yaml';

import { prometheusQueries, type PrometheusQueries } from './queries.ts';
import { reservePorts } from './reserve-ports.ts';
import { createServer } from './server-process.ts';
import { binaryOf } from './servers.ts';
import { shipped } from './start-stack.ts';
import { startWatchdog } from './watchdog.ts';

export interface Scraper extends PrometheusQueries {
  readonly url: string;
  log(): string;
  stop(): Promise<void>;
}

interface TargetGroup {
  readonly targets: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
}

interface ScrapeConfig {
  readonly scrape_configs: readonly (Readonly<Record<string, unknown>> & { readonly static_configs: readonly TargetGroup[] })[];
}

/** @param targets - `host:port` by the name of the service. */
export async function startScraper(targets: Readonly<Record<string, string>>): Promise<Scraper> {
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-scraper-'));
  const watchdog = startWatchdog(folder);
  const reserved = await reservePorts(1);
  const url = `http://127.0.0.1:${reserved.ports[0]}`;
  const config = join(folder, 'prometheus.yml');
  writeFileSync(config, JSON.stringify({ global: { scrape_interval: '1s' }, ...documentedConfig(targets) }));
  const server = createServer(
    {
      name: 'prometheus that scrapes',
      file: binaryOf('prometheus', 'prometheus'),
      args: [
        `--config.file=${config}`,
        `--storage.tsdb.path=${join(folder, 'data')}`,
        `--web.listen-address=${new URL(url).host}`,
        '--enable-feature=exemplar-storage',
      ],
      env: {},
      cwd: folder,
      readyUrl: `${url}/-/ready`,
    },
    watchdog,
  );
  async function stop(): Promise<void> {
    await server.stop();
    reserved.release();
    watchdog.dismiss();
    await rm(folder, { recursive: true, force: true });
  }
  await server.start();
  return { url, log: server.log, stop, ...prometheusQueries(url) };
}

/** What docs/stack.md has for one service, for each of these. */
function documentedConfig(targets: Readonly<Record<string, string>>): ScrapeConfig {
  const [, yaml = ''] = /```yaml\n(scrape_configs:\n[\s\S]*?)```/.exec(readFileSync(shipped('docs/stack.md'), 'utf8')) ?? [];
  const { scrape_configs } = parse(yaml) as ScrapeConfig;
  const [job] = scrape_configs;
  if (job === undefined || scrape_configs.length !== 1) throw new Error('docs/stack.md must have one job for applications.');
  const [group] = job.static_configs;
  const named = Object.keys(group?.labels ?? {});
  const static_configs = Object.entries(targets).map(([service, target]) => ({
    targets: [target],
    labels: Object.fromEntries(named.map((label) => [label, service])),
  }));
  return { scrape_configs: [{ ...job, static_configs }] };
}
