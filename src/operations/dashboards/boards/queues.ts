/** Queues, workers and messages; downloads and other transfers. */
import * as keys from '../../../names/attributes.ts';
import { MESSAGING_METRICS, QUEUE_METRICS } from '../../../names/metrics/queue.ts';
import { TRANSFER_METRICS } from '../../../names/metrics/transfer.ts';
import { DIRECTION, ERROR_TYPE, MESSAGING_SYSTEM, QUEUE, QUEUE_STATE, TRANSFER_KIND } from '../../alerts/labels.ts';
import { equals, label } from '../../promql.ts';
import type { Dashboard } from '../dashboard.ts';
import { fromAlert, legend, quantiles, rateOf } from '../panels.ts';

const OPERATION = label(keys.MESSAGING_OPERATION_NAME);

export const QUEUES: Dashboard = {
  name: 'queues',
  title: 'Queues and transfers',
  description: 'How deep queues are, how long jobs wait and take, which fail; messages of brokers; downloads and uploads.',
  rows: [
    {
      title: 'Queues',
      panels: [
        {
          title: 'Jobs that a queue holds',
          description: 'By state. Every process that watches a queue says the same: the highest counts.',
          unit: 'short',
          isStacked: true,
          ask: (query) => [
            { expression: query.max([QUEUE, QUEUE_STATE], query.of(QUEUE_METRICS.size)), legend: legend(QUEUE, QUEUE_STATE) },
          ],
        },
        fromAlert('QueueDepthHigh', {
          title: 'Jobs that wait',
          description: 'A line that only grows: workers are too slow, too few, or stuck.',
          alsoWatchedBy: ['QueueNoWorkers', 'QueueStuck'],
        }),
        fromAlert('QueueWaitHigh', { title: 'Wait before a worker takes a job (p95)', description: 'By queue.' }),
        {
          title: 'Jobs in work',
          description: 'Of all workers.',
          unit: 'short',
          ask: (query) => [{ expression: query.sum([QUEUE], query.of(QUEUE_METRICS.activeJobs)), legend: legend(QUEUE) }],
        },
        fromAlert('JobFailureRate', {
          title: 'Part of the attempts that fail',
          description: 'By queue. An attempt that fails is tried again, as the queue is set.',
        }),
        {
          title: 'Dead letters in 15 minutes',
          description: 'Jobs that failed for good: no attempt is left.',
          unit: 'short',
          alerts: ['DeadLetters'],
          ask: (query) => [
            {
              expression: query.sum([QUEUE, ERROR_TYPE], query.grown(query.of(QUEUE_METRICS.deadLetters), 900)),
              legend: legend(QUEUE, ERROR_TYPE),
            },
          ],
        },
        quantiles(QUEUE_METRICS.jobWait, [QUEUE], { title: 'Wait', description: 'By queue.', unit: 's' }),
        quantiles(
          MESSAGING_METRICS.processDuration,
          [QUEUE],
          { title: 'Duration of a job or message', description: 'A dot opens its trace.', unit: 's' },
          [equals(label(keys.BOT_HANDLER), '')],
        ),
        rateOf((query) => query.count(MESSAGING_METRICS.processDuration, equals(label(keys.BOT_HANDLER), '')), [QUEUE], {
          title: 'Jobs and messages in a second',
          description: 'Processed, whatever the outcome.',
        }),
      ],
    },
    {
      title: 'Messages',
      panels: [
        rateOf((query) => query.of(MESSAGING_METRICS.sentMessages), [MESSAGING_SYSTEM, QUEUE], {
          title: 'Sent in a second',
          description: 'By broker and destination.',
        }),
        rateOf((query) => query.of(MESSAGING_METRICS.consumedMessages), [MESSAGING_SYSTEM, QUEUE], {
          title: 'Consumed in a second',
          description: 'By broker and destination. Bots receive here too.',
        }),
        quantiles(MESSAGING_METRICS.operationDuration, [MESSAGING_SYSTEM, OPERATION], {
          title: 'Duration of an operation',
          description: 'Of the client: send, receive, settle.',
          unit: 's',
        }),
      ],
    },
    {
      title: 'Transfers',
      panels: [
        rateOf((query) => query.of(TRANSFER_METRICS.bytes), [TRANSFER_KIND, DIRECTION], {
          title: 'Bytes in a second',
          description: 'By kind and direction.',
          unit: 'Bps',
        }),
        fromAlert('DownloadSlow', { title: 'Speed of a download (p50)', description: 'By kind.' }),
        fromAlert('DownloadFailureRate', { title: 'Part of the downloads that fails', description: 'By kind.' }),
        {
          title: 'Under way',
          description: 'By kind and direction.',
          unit: 'short',
          alerts: ['DownloadsStuck'],
          ask: (query) => [
            {
              expression: query.sum([TRANSFER_KIND, DIRECTION], query.of(TRANSFER_METRICS.active)),
              legend: legend(TRANSFER_KIND, DIRECTION),
            },
          ],
        },
        quantiles(TRANSFER_METRICS.duration, [TRANSFER_KIND, DIRECTION], {
          title: 'Duration',
          description: 'By kind and direction.',
          unit: 's',
        }),
        quantiles(TRANSFER_METRICS.speed, [TRANSFER_KIND, DIRECTION], {
          title: 'Speed',
          description: 'By kind and direction.',
          unit: 'Bps',
        }),
      ],
    },
  ],
};
