/** What is not said while something that matters more, or that explains it, is said of the same service. */
import { CHECK, ENVIRONMENT, PAYMENT_PROVIDER, QUEUE } from '../alerts/labels.ts';
import { anyOf, differs, equals, matches, matchesNot } from '../promql.ts';
import { WATCHDOG } from './routes.ts';

/** As Alertmanager reads it. */
export interface Inhibition {
  readonly name: string;
  readonly source_matchers: readonly string[];
  readonly target_matchers: readonly string[];
  readonly equal?: readonly string[];
}

export interface Cause {
  /** Only while it is critical. */
  readonly cause: string;
  readonly symptoms: readonly string[];
  /** Labels that both have alike. */
  readonly equal: readonly string[];
}

const SERVICE = ['service', ENVIRONMENT];
/** What a service shows whose database, cache or event loop is away. */
const SLOW = ['HighLatency', 'RouteLatencyHigh', 'LatencyRegression', 'SlowOperations', 'BotHandlerSlow', 'QueueWaitHigh'];
const FAILING = [
  'HighErrorRate',
  'RouteErrorRate',
  'RpcErrorRate',
  'ErrorBudgetBurn',
  'ApplicationErrors',
  'BotErrorRate',
  'JobFailureRate',
  'QueueStuck',
];

/** No symptom of one is the cause of it, over however many rows: both would be silent. */
export const CAUSES: readonly Cause[] = [
  {
    cause: 'CollectorDown',
    symptoms: [
      'TelemetryAbsent',
      'TelemetryDropped',
      'CollectorRefusing',
      'CollectorExportFailing',
      'CollectorQueueNearFull',
      'TrafficDrop',
    ],
    equal: [],
  },
  {
    cause: 'DatabaseDown',
    symptoms: [
      ...['DatabaseErrorRate', 'DatabaseLatencyHigh', 'DatabasePoolStarved', 'DatabasePoolNearLimit', 'DatabaseLockWaits', 'SlowQueries'],
      ...FAILING,
      ...SLOW,
    ],
    equal: SERVICE,
  },
  { cause: 'DatabaseDown', symptoms: ['HealthCheckFailing'], equal: [...SERVICE, CHECK] },
  { cause: 'RedisDown', symptoms: ['CacheErrors', 'CacheMissRateHigh', 'QueueNoWorkers', ...FAILING, ...SLOW], equal: SERVICE },
  { cause: 'RedisDown', symptoms: ['HealthCheckFailing'], equal: [...SERVICE, CHECK] },
  {
    cause: 'PaymentProviderDown',
    symptoms: ['PaymentFailureRate', 'PaymentsStopped', 'PaymentSlow'],
    equal: [...SERVICE, PAYMENT_PROVIDER],
  },
  { cause: 'QueueNoWorkers', symptoms: ['QueueDepthHigh', 'QueueStuck', 'QueueWaitHigh'], equal: [...SERVICE, QUEUE] },
  {
    cause: 'EventLoopDelayHigh',
    symptoms: ['EventLoopSaturated', 'OutboundLatencyHigh', 'DatabaseLatencyHigh', ...SLOW],
    equal: SERVICE,
  },
  { cause: 'HeapNearLimit', symptoms: ['MemoryHigh', 'HeapLeakSuspected', 'GcPauseHigh'], equal: SERVICE },
  { cause: 'ServiceDown', symptoms: ['TelemetryAbsent', 'HealthCheckFailing', 'TrafficDrop', 'FrequentRestarts'], equal: SERVICE },
];

/**
 * @param critical - names of the alerts that may be critical. Each has a rule of its own: of several sources with the same `equal`
 * labels Alertmanager (0.31 to 0.34 at least) remembers one for each rule, and when that one ends it knows nothing of the others
 * until they are sent again a minute later.
 */
export function buildInhibitions(critical: readonly string[]): Inhibition[] {
  // Without a service, alerts of others would be one: labels that both lack are alike.
  const ofAService = [differs('service', ''), differs('alertname', WATCHDOG)];
  const overLower = (name: string, source: string): Inhibition => ({
    name,
    source_matchers: [source, equals('severity', 'critical'), differs('service', '')],
    target_matchers: [matches('severity', 'warning|info'), ...ofAService],
    equal: SERVICE,
  });
  return [
    ...CAUSES.map(({ cause, equal, symptoms }, i) => ({
      name: `cause-${i + 1}-${cause}`,
      source_matchers: [equals('alertname', cause), equals('severity', 'critical')],
      target_matchers: [matches('alertname', anyOf(symptoms))],
      ...(equal.length === 0 ? {} : { equal }),
    })),
    ...critical.map((name) => overLower(`critical-${name}`, equals('alertname', name))),
    overLower('critical-others', matchesNot('alertname', anyOf(critical))),
    {
      name: 'warning-over-info',
      source_matchers: [equals('severity', 'warning'), ...ofAService],
      target_matchers: [equals('severity', 'info'), ...ofAService],
      equal: SERVICE,
    },
  ];
}
