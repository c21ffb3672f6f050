/** @see https://opentelemetry.io/docs/specs/semconv/messaging/messaging-metrics/ */
import {
  BOT_HANDLER,
  BOT_MESSAGE_TYPE,
  ERROR_TYPE,
  MESSAGING_DESTINATION_NAME,
  MESSAGING_OPERATION_NAME,
  MESSAGING_SYSTEM,
  QUEUE_STATE,
  SERVER_ADDRESS,
  SERVER_PORT,
} from '../attributes.ts';
import { LONG_SECONDS, SECONDS, type MetricRows } from './metric-row.ts';

const QUEUE = { [MESSAGING_SYSTEM]: 'label', [MESSAGING_DESTINATION_NAME]: 'label' } as const;

export const QUEUE_METRICS = {
  size: {
    name: 'queue.size',
    type: 'updowncounter',
    unit: '{job}',
    description: 'Jobs that a queue holds, by state; `waiting` is its depth, `failed` its dead letters.',
    attributes: { ...QUEUE, [QUEUE_STATE]: ['waiting', 'active', 'delayed', 'failed', 'paused'] },
    isObserved: true,
  },
  activeJobs: {
    name: 'queue.active_jobs',
    type: 'updowncounter',
    unit: '{job}',
    description: 'Jobs that the workers of this process are at.',
    attributes: QUEUE,
  },
  jobWait: {
    name: 'queue.job.wait',
    type: 'histogram',
    unit: 's',
    description: 'How long jobs waited before a worker took them.',
    attributes: QUEUE,
    buckets: LONG_SECONDS,
  },
  deadLetters: {
    name: 'queue.dead_letters',
    type: 'counter',
    unit: '{job}',
    description: 'Jobs that failed for good: no attempt is left.',
    attributes: { ...QUEUE, [ERROR_TYPE]: 'label' },
  },
} as const satisfies MetricRows;

/** Of what a bot is sent. */
const MESSAGE_TYPES = [
  'text',
  'command',
  'photo',
  'video',
  'audio',
  'voice',
  'document',
  'sticker',
  'location',
  'contact',
  'callback',
  'inline',
  'payment',
] as const;
const MESSAGING = {
  ...QUEUE,
  [MESSAGING_OPERATION_NAME]: 'label',
  [ERROR_TYPE]: 'label',
  // Of the instrumentations.
  [SERVER_ADDRESS]: 'any',
  [SERVER_PORT]: 'any',
} as const;

/** Longer than the conventions advise, for jobs take minutes. */
const PROCESS_SECONDS = [...SECONDS, 30, 60, 120, 300, 600] as const;

/** Recorded by the packs for queues and bots, and by the instrumentations of amqplib and kafkajs. */
export const MESSAGING_METRICS = {
  operationDuration: {
    name: 'messaging.client.operation.duration',
    type: 'histogram',
    unit: 's',
    description: 'Duration of messaging operations initiated by a producer or consumer client.',
    attributes: MESSAGING,
    buckets: SECONDS,
  },
  sentMessages: {
    name: 'messaging.client.sent.messages',
    type: 'counter',
    unit: '{message}',
    description: 'Messages that a producer attempted to send.',
    attributes: MESSAGING,
  },
  consumedMessages: {
    name: 'messaging.client.consumed.messages',
    type: 'counter',
    unit: '{message}',
    description: 'Messages that were delivered to the application.',
    attributes: { ...MESSAGING, [BOT_MESSAGE_TYPE]: MESSAGE_TYPES },
  },
  processDuration: {
    name: 'messaging.process.duration',
    type: 'histogram',
    unit: 's',
    description: 'How long messages, jobs and updates took to be processed; those with `error.type` failed.',
    attributes: { ...MESSAGING, [BOT_HANDLER]: 'label' },
    buckets: PROCESS_SECONDS,
  },
} as const satisfies MetricRows;
