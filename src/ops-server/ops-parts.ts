/** What the ops port answers with, put together from what runs in this process. */
import type { Attributes } from '@opentelemetry/api';
import { telemetryCheck } from '../app/health/checks/telemetry.ts';
import { createHealth, type HealthSource } from '../app/health/health.ts';
import { health } from '../app/health/index.ts';
import type { Reporter } from '../diagnostics/reporter.ts';
import type { MetricSource } from '../otlp/metric-writer.ts';
import { loadPart } from '../runtime/load-part.ts';
import { createAccess } from './access.ts';
import type { OpsParts } from './answer.ts';
import { createClusterSource } from './cluster/cluster-source.ts';
import type { Conflict } from './exposition/families.ts';
import { createScraper, type Scraper } from './exposition/scrape.ts';
import type { OpsSources } from './ops-sources.ts';

export function createOpsParts({ config, metrics, reporter, resource, whyNoMetrics }: OpsSources): OpsParts {
  const telemetry = createHealth();
  telemetry.register('telemetry', telemetryCheck(), { critical: false, cacheMs: 0 });
  return {
    health: health as HealthSource,
    telemetry: () => telemetry.report(false),
    scraper: metrics === undefined ? undefined : createScraperOf(metrics, resource, reporter, config.aliases),
    whyNoMetrics,
    maySeeDetails: createAccess(config),
  };
}

function createScraperOf(metrics: () => MetricSource, resource: () => Attributes, reporter: Reporter, hasAliases: boolean): Scraper {
  const own = createClusterSource(metrics());
  const source = hasAliases
    ? loadPart<typeof import('./exposition/aliases.ts')>(import.meta.url, './exposition/aliases').withAliases(own)
    : own;
  let scraper: Scraper | undefined;
  return {
    scrape(...how) {
      scraper ??= createScraper({
        source,
        resource,
        onConflict: (conflict) => void reporter.say(`ops.conflict.${conflict.name}`, describeConflict(conflict)),
      });
      return scraper.scrape(...how);
    },
  };
}

function describeConflict({ isJoined, kept, left, name }: Conflict): string {
  const now = isJoined
    ? `They are served as one metric; where both have a series with the same labels, only that of ${kept} is served. Rename one of them.`
    : `${left} is not served; rename one of them.`;
  return `Metrics must have different names in Prometheus, but ${left} and ${kept} are both ${name}. ${now}`;
}
