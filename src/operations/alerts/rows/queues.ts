/** Queues and workers. Every process reports the depth of the same queue, so depths are never added up. */
import { MESSAGING_METRICS, QUEUE_METRICS } from '../../../names/metrics/queue.ts';
import { differs, equals, select } from '../../promql.ts';
import type { AlertRow, Setting } from '../alert-row.ts';
import { BOT_HANDLER, ENVIRONMENT, ERROR_TYPE, QUEUE, QUEUE_STATE } from '../labels.ts';
import type { Query } from '../query.ts';

const QUEUES = '`watchQueue(queue)` or `queueMetrics()`';
const WORKERS = '`watchWorker(worker)`, `queueMetrics()`, or the instrumentations of amqplib and kafkajs';
const PROCESSED = MESSAGING_METRICS.processDuration;
/** Handlers of bots are in the same metric. */
const JOBS = equals(BOT_HANDLER, '');
const FAILED = differs(ERROR_TYPE, '');
const WAITING = equals(QUEUE_STATE, 'waiting');
/** A queue is worked off by other services too. */
const SAME_QUEUE = `on (${ENVIRONMENT}, ${QUEUE})`;
const minJobs: Record<string, Setting> = { minJobs: { value: 10, meaning: 'with fewer jobs in the window it is silent' } };

const depth: readonly [string, (query: Query) => string] = [
  'How deep, by state',
  (query) => query.max([QUEUE, QUEUE_STATE], query.of(QUEUE_METRICS.size)),
];
const done: readonly [string, (query: Query) => string] = [
  'How many are done a second',
  (query) => query.sum([QUEUE], query.rate(query.count(PROCESSED, JOBS))),
];
const failures: readonly [string, (query: Query) => string] = [
  'Which errors',
  (query) => query.sum([QUEUE, ERROR_TYPE], query.rate(query.count(PROCESSED, JOBS, FAILED))),
];
const duration: readonly [string, (query: Query) => string] = [
  'How long a job takes',
  (query) => query.quantile(0.95, [QUEUE], PROCESSED, JOBS),
];

const waiting = (query: Query): string => query.max([QUEUE], query.of(QUEUE_METRICS.size, [WAITING]));
const workers = (query: Query): string =>
  `count by (${ENVIRONMENT}, ${QUEUE}) (last_over_time(${select(QUEUE_METRICS.activeJobs)}[${query.window}]))`;
const progress = (query: Query): string => `sum by (${ENVIRONMENT}, ${QUEUE}) (${query.rate(select(PROCESSED, [], 'count'))})`;

export const QUEUE_ALERTS: readonly AlertRow[] = [
  {
    name: 'QueueDepthHigh',
    needs: QUEUES,
    scope: 'service',
    unit: 'number',
    thresholds: { critical: 100_000, warning: 10_000 },
    for: 300,
    keepFiringFor: 300,
    labels: [QUEUE],
    measure: waiting,
    summary: '{value} jobs wait in {messaging_destination_name}',
    description:
      '{value} jobs wait in the queue {messaging_destination_name} of {service}; the limit is {threshold}. More come than the workers can do.',
    dashboard: 'queues',
    runbook: {
      means: 'More jobs come than are done. What waits is late: mails, exports, webhooks.',
      look: [depth, done, duration],
      mitigate: [
        'Workers busy and healthy: start more of them.',
        'Jobs slower than before: look at what they call.',
        'One sender put them all in: give its jobs a lower priority.',
      ],
    },
  },
  {
    name: 'QueueNoWorkers',
    needs: `${QUEUES}, and on the workers ${WORKERS}`,
    scope: 'service',
    unit: 'number',
    thresholds: { critical: 0 },
    for: 600,
    labels: [QUEUE],
    measure: (query) => `${waiting(query)}\nunless ${SAME_QUEUE}\n(${workers(query)} or ${progress(query)})`,
    summary: 'Nobody works on {messaging_destination_name}: {value} jobs wait',
    description:
      '{value} jobs wait in the queue {messaging_destination_name} of {service}, and for ten minutes no worker of any service has said that it works on it.',
    dashboard: 'queues',
    runbook: {
      means:
        'Jobs wait and no worker is there: it is down, was never started, or listens to another queue. If workers run without signalbox they cannot be seen: switch this alert off then.',
      look: [
        depth,
        [
          'Who has worked on it',
          (query) => query.many([QUEUE], `last_over_time(${query.of(QUEUE_METRICS.activeJobs)}[${query.span(86_400)}])`),
        ],
        done,
      ],
      mitigate: ['Start the workers.', 'Compare the names of the queue on both sides, and the prefix in Redis.', 'Is the queue paused?'],
    },
  },
  {
    name: 'QueueStuck',
    needs: `${QUEUES}, and on the workers ${WORKERS}`,
    scope: 'service',
    unit: 'number',
    thresholds: { critical: 0 },
    for: 900,
    labels: [QUEUE],
    measure: (query) => `${waiting(query)}\nand ${SAME_QUEUE}\n${workers(query)}\nunless ${SAME_QUEUE}\n(${progress(query)} > 0)`,
    summary: '{messaging_destination_name} stands still: {value} jobs wait',
    description:
      '{value} jobs wait in the queue {messaging_destination_name} of {service}; there are workers, but for 15 minutes none has finished a job.',
    dashboard: 'queues',
    traces: 'slow',
    runbook: {
      means:
        'Workers run and finish nothing: all of them wait for something that does not answer, or one job after another hangs. Jobs that take longer than 15 minutes by nature look the same: raise `for` then.',
      look: [depth, ['How many are worked on', (query) => query.sum([QUEUE], query.of(QUEUE_METRICS.activeJobs))], duration],
      mitigate: [
        'What do they wait for? An open trace, or a CPU profile that shows nothing at all.',
        'Restart the workers: jobs that were at work are tried again.',
        'Give every call of a job a time-out.',
      ],
    },
  },
  {
    name: 'QueueWaitHigh',
    needs: '`watchWorker(worker)` or `queueMetrics()`',
    scope: 'service',
    unit: 'seconds',
    thresholds: { warning: 60 },
    for: 600,
    keepFiringFor: 300,
    settings: minJobs,
    labels: [QUEUE],
    measure: (query) => query.quantile(0.95, [QUEUE], QUEUE_METRICS.jobWait),
    guard: (query) => `${query.sum([QUEUE], query.increase(query.count(QUEUE_METRICS.jobWait)))} >= ${query.setting('minJobs')}`,
    summary: 'Jobs of {messaging_destination_name} wait {value} for a worker',
    description:
      'The 95th percentile of the time that jobs of {messaging_destination_name} wait before {service} takes them is {value}; the limit is {threshold}.',
    dashboard: 'queues',
    runbook: {
      means: 'Jobs wait long before a worker takes them: too few workers, or jobs that take long.',
      look: [depth, duration, done],
      mitigate: ['Start more workers, or raise their concurrency if they mostly wait.', 'Put long jobs into a queue of their own.'],
    },
  },
  {
    name: 'JobFailureRate',
    needs: WORKERS,
    scope: 'service',
    unit: 'ratio',
    thresholds: { critical: 0.5, warning: 0.05 },
    for: { critical: 300, warning: 600 },
    keepFiringFor: 300,
    settings: minJobs,
    labels: [QUEUE],
    measure: (query) => query.share([QUEUE], query.count(PROCESSED, JOBS, FAILED), query.count(PROCESSED, JOBS)),
    guard: (query) => `${query.sum([QUEUE], query.increase(query.count(PROCESSED, JOBS)))} >= ${query.setting('minJobs')}`,
    summary: '{value} of the jobs of {messaging_destination_name} fail',
    description:
      '{value} of the jobs of {messaging_destination_name} that {service} worked on in the last {window} failed; the limit is {threshold}. Attempts count, so a job that is tried again counts more than once.',
    dashboard: 'queues',
    traces: 'failed',
    runbook: {
      means: 'Jobs fail. They are tried again as the queue is told to, then they are dead letters.',
      look: [
        failures,
        done,
        ['Dead letters', (query) => query.sum([QUEUE, ERROR_TYPE], query.increase(query.of(QUEUE_METRICS.deadLetters), 3600))],
      ],
      mitigate: [
        'Open a failed trace: the job, its sender and the error are in it.',
        'A service behind them is away: pause the queue until it is back.',
        'A release: roll back, then try the failed jobs again.',
      ],
    },
  },
  {
    name: 'DeadLetters',
    needs: QUEUES,
    scope: 'service',
    unit: 'number',
    thresholds: { warning: 0 },
    for: 0,
    keepFiringFor: 900,
    labels: [QUEUE],
    measure: (query) => query.sum([QUEUE], query.grown(query.of(QUEUE_METRICS.deadLetters), 900)),
    summary: '{value} jobs of {messaging_destination_name} failed for good',
    description:
      '{value} jobs of the queue {messaging_destination_name} of {service} used up their attempts in the last 15 minutes. Nobody tries them again.',
    dashboard: 'queues',
    traces: 'failed',
    runbook: {
      means: 'Jobs have failed so often that they are no longer tried. Somebody must look at them: their work is not done.',
      look: [
        ['Which errors', (query) => query.sum([QUEUE, ERROR_TYPE], query.increase(query.of(QUEUE_METRICS.deadLetters), 3600))],
        failures,
        depth,
      ],
      mitigate: [
        'Mend the cause, then try them again (`job.retry()`).',
        'A job that can never succeed: remove it, and refuse it where it is made.',
      ],
    },
  },
];
