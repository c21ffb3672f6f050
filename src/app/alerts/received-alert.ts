/**
 * What Alertmanager posts to a webhook.
 *
 * @see https://prometheus.io/docs/alerting/latest/configuration/#webhook_config (version 4)
 */
import type { ReceivedAlert, Texts } from '../../runtime/alert-handlers.ts';
import { attempt } from '../../runtime/contain.ts';

/** @returns `undefined` for what is no message of a webhook. What is none of its alerts is left out. */
export function readWebhook(body: string): readonly ReceivedAlert[] | undefined {
  const message = attempt(() => JSON.parse(body) as unknown);
  const alerts = isTable(message) ? message['alerts'] : undefined;
  return Array.isArray(alerts) ? alerts.flatMap(readAlert) : undefined;
}

function readAlert(given: unknown): ReceivedAlert[] {
  if (!isTable(given)) return [];
  const { annotations, endsAt, fingerprint, generatorURL, startsAt, status } = given;
  const labels = textsOf(given['labels']);
  const { alertname: name } = labels;
  if (name === undefined || (status !== 'firing' && status !== 'resolved')) return [];
  return [
    {
      name,
      status,
      labels,
      annotations: textsOf(annotations),
      startsAt: timeOf(startsAt) ?? 0,
      endsAt: status === 'resolved' ? (timeOf(endsAt) ?? Date.now()) : undefined,
      fingerprint: typeof fingerprint === 'string' && fingerprint !== '' ? fingerprint : fingerprintOf(labels),
      generatorURL: typeof generatorURL === 'string' ? generatorURL : '',
    },
  ];
}

const isTable = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Frozen, and without a prototype: a label may be called `__proto__`. */
function textsOf(given: unknown): Texts {
  const texts = Object.create(null) as Record<string, string>;
  if (isTable(given)) for (const [name, value] of Object.entries(given)) if (typeof value === 'string') texts[name] = value;
  return Object.freeze(texts);
}

function timeOf(value: unknown): number | undefined {
  const time = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(time) ? undefined : time;
}

/** Of senders that give none. */
function fingerprintOf(labels: Texts): string {
  return JSON.stringify(Object.entries(labels).sort(([one], [other]) => (one < other ? -1 : 1)));
}
