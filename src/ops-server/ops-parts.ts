/** What the ops port answers with, put together from what runs in this process. */
import type { Attributes } from '@opentelemetry/api';
import { telemetryCheck } from '../app/health/checks/telemetry.ts';
import { createHealth, type HealthSource } from '../app/health/health.ts';
import { health } from '../app/health/index.ts';
import type { Reporter } from '../diagnostics/reporter.ts';
import type { MetricSource } from '../otlp/metric-writer.ts';
import type { OpsConfig } from '../config/config.ts';
import { alertHandlers } from '../runtime/alert-handlers.ts';
import { loadPart } from '../runtime/load-part.ts';
import { createAccess } from './access.ts';
import type { AlertReceiver, OpsParts } from './answer.ts';
import type { LocalAnswers } from './cluster/local-answers.ts';
import type { Answering } from './cluster/primary.ts';
import type { Conflict } from './exposition/families.ts';
import { createScraper, type Scraper } from './exposition/scrape.ts';
import type { OpsSources } from './ops-sources.ts';

/** What this process says for itself. */
export function localAnswersOf({ metrics }: OpsSources): LocalAnswers {
  const telemetry = createHealth();
  telemetry.register('telemetry', telemetryCheck(), { critical: false, cacheMs: 0 });
  return {
    metrics: metrics?.(),
    health: health as HealthSource,
    telemetry: () => telemetry.report(false),
    takeAlert: (alert) => alertHandlers.take?.(alert) === true,
  };
}

/** @param answering - what says it for all processes that share the port. */
export function createOpsParts({ config, reporter, resource, whyNoMetrics }: OpsSources, answering: Answering): OpsParts {
  const { metrics } = answering;
  return {
    health: { report: () => answering.report('health'), readiness: () => answering.report('readiness') },
    telemetry: () => answering.report('telemetry'),
    scraper: metrics === undefined ? undefined : createScraperOf(metrics, resource, reporter, config.aliases),
    whyNoMetrics,
    maySeeDetails: createAccess(config),
    alerts: config.alerts && receiverOf(config.alerts, answering),
  };
}

function receiverOf(tokens: NonNullable<OpsConfig['alerts']>, { takeAlert }: Answering): AlertReceiver {
  const { createAlertReceiver } = loadPart<typeof import('./receive-alerts.ts')>(import.meta.url, './receive-alerts');
  return createAlertReceiver({ tokens, take: takeAlert });
}

function createScraperOf(own: MetricSource, resource: () => Attributes, reporter: Reporter, hasAliases: boolean): Scraper {
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

export function describeConflict({ isJoined, kept, left, name }: Conflict): string {
  // Of one name and of several types, by one library or by two.
  if (kept === left) return `A metric must have one type, but ${left} has several, which are all ${name} in Prometheus. The one that was made first is served; rename the others.`; // prettier-ignore
  const now = isJoined
    ? `They are served as one metric; where both have a series with the same labels, only that of ${kept} is served. Rename one of them.`
    : `${left} is not served; rename one of them.`;
  return `Metrics must have different names in Prometheus, but ${left} and ${kept} are both ${name}. ${now}`;
}
