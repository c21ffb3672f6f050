import { createHealth, type HealthSource } from '../../../src/app/health/health.ts';
import type { OpsConfig } from '../../../src/config/config.ts';
import type { MetricSource } from '../../../src/otlp/metric-writer.ts';
import { createAccess } from '../../../src/ops-server/access.ts';
import type { OpsParts } from '../../../src/ops-server/answer.ts';
import { createScraper } from '../../../src/ops-server/exposition/scrape.ts';
import { EVERYTHING, writeAll, type Metric } from './exposition/kit.ts';

export function sourceOf(metrics: readonly Metric[], onCollect: () => void | Promise<void> = () => {}): MetricSource {
  return {
    async collect(writer) {
      await onCollect();
      writeAll(writer, metrics);
    },
    collectNow: (writer) => writeAll(writer, metrics),
  };
}

export interface Parts extends OpsParts {
  readonly health: HealthSource;
}

export function partsWith(config: Partial<OpsConfig> = {}, source: MetricSource | undefined = sourceOf(EVERYTHING)): Parts {
  const all: OpsConfig = {
    isWanted: true,
    host: '127.0.0.1',
    port: 0,
    portSetting: 'SIGNALBOX_OPS_PORT',
    details: false,
    aliases: false,
    ...config,
  };
  const health = createHealth();
  const resource = (): { 'service.name': string } => ({ 'service.name': 'shop' });
  return {
    health,
    telemetry: () => health.report(false),
    scraper: source && createScraper({ source, resource, onConflict: () => {} }),
    whyNoMetrics: 'No metrics.',
    maySeeDetails: createAccess(all),
    alerts: undefined,
  };
}
