/** `signalbox stack test-alert`: one alert on its way through Alertmanager to people, and what became of it. */
import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import { attempt } from '../runtime/contain.ts';
import { setTimeout } from '../runtime/captured.ts';
import { SEVERITIES } from '../operations/alerts/alert-row.ts';
import { deliveriesOf, readAttempts, waysOf, type Attempts, type Delivery } from './alert-delivery.ts';

export const TEST_ALERT_HELP = `signalbox stack test-alert: send an alert to Alertmanager and say who was told

Options:
  --url URL         Alertmanager, default http://localhost:9093
  --severity NAME   critical (default), warning or info; Alertmanager waits half a minute with a warning and five
                    minutes with info before it tells anybody
  --service NAME    the label service, default signalbox-test
  --wait SECONDS    how long to wait for the delivery, default 60 for critical, 120 for warning, 420 for info

Ends with 0 when it was delivered everywhere, and with 1 when not.
`;

const WAIT_SECONDS: Readonly<Record<string, number>> = { critical: 60, warning: 120, info: 420 };
const POLL_MS = 500;
/** So long a way that fails may still become one that works: too many messages at once pass by themselves. */
const PATIENCE_MS = 10_000;
const REQUEST_MS = 10_000;

interface Asked {
  readonly url: string;
  readonly severity: string;
  readonly service: string;
  readonly waitMs: number;
}

/** As Alertmanager answers. */
interface Known {
  readonly receivers: readonly { readonly name: string }[];
  readonly status: { readonly state: string; readonly silencedBy: readonly string[]; readonly inhibitedBy: readonly string[] };
}

/** @returns the exit code: 1 when it was not delivered, 2 when the command is wrong. */
export async function testAlert(args: readonly string[]): Promise<number> {
  const asked = readArguments(args);
  if (typeof asked === 'string') return fail(`${asked} Nothing was sent; see signalbox stack test-alert --help.`, 2);
  try {
    return await follow(asked);
  } catch (error) {
    const { cause, message } = error as Error & { cause?: { code?: string } };
    return fail(`Alertmanager at ${asked.url} does not answer as it should: ${cause?.code ?? message}. Does it run? --url says where.`, 1);
  }
}

/** @returns a sentence when something is wrong. */
function readArguments(args: readonly string[]): Asked | string {
  const text = { type: 'string' } as const;
  const parsed = attempt(() => parseArgs({ args: [...args], options: { url: text, severity: text, service: text, wait: text } }));
  if (parsed === undefined) return `stack test-alert takes --url, --severity, --service and --wait, got ${args.join(' ')}.`;
  const { severity = 'critical', service = 'signalbox-test', url = 'http://localhost:9093', wait } = parsed.values;
  if (!(SEVERITIES as readonly string[]).includes(severity))
    return `--severity must be ${SEVERITIES.join(', ')}, got ${JSON.stringify(severity)}.`;
  if (!/^https?:\/\//.test(url) || !URL.canParse(url)) return `--url must begin with http:// or https://, got ${JSON.stringify(url)}.`;
  const seconds = wait === undefined ? (WAIT_SECONDS[severity] ?? 60) : Number(wait);
  if (!(seconds > 0 && seconds <= 3600)) return `--wait must be seconds from 1 to 3600, got ${JSON.stringify(wait)}.`;
  return { url: url.replace(/\/+$/, ''), severity, service, waitMs: seconds * 1000 };
}

async function follow({ service, severity, url, waitMs }: Asked): Promise<number> {
  const ask = async (path: string): Promise<string> => {
    const response = await fetch(`${url}${path}`, { signal: AbortSignal.timeout(REQUEST_MS) });
    if (!response.ok) throw new Error(`GET ${path} was answered with ${response.status}`);
    return await response.text();
  };
  // A label of its own: an alert that Alertmanager knows already would be told at its next repeat only.
  const id = randomBytes(4).toString('hex');
  const alert = buildAlert(id, severity, service);
  const metricsBefore = await ask('/metrics');
  await post(url, alert, waitMs + 60_000);
  const known = await poll(REQUEST_MS, async () => {
    const filter = encodeURIComponent(`test_id="${id}"`);
    return (JSON.parse(await ask(`/api/v2/alerts?filter=${filter}`)) as Known[]).find(({ status }) => status.state !== 'unprocessed');
  });
  if (known === undefined) return fail(`${url} took the alert and does not show it. Its log may say why.`, 1);
  const receivers = known.receivers.map(({ name }) => name);
  say(`Alertmanager at ${url} has the alert (severity ${severity}, service ${service}), for the receiver ${receivers.join(', ')}.`);
  if (known.status.state === 'suppressed') {
    await post(url, alert, 0);
    return fail(`Nobody is told: it is ${describeSuppression(known)}. Take another --service, or end that.`, 1);
  }
  const config = (JSON.parse(await ask('/api/v2/status')) as { config: { original: string } }).config.original;
  const results: boolean[] = [];
  for (const receiver of receivers) {
    const ways = waysOf(config, receiver);
    if (ways.length === 0) {
      say(`${receiver}: sends nowhere. Name a way in "notifications" of signalbox.config, then signalbox rules write; see docs/alerts.md.`);
      results.push(false);
      continue;
    }
    const before = readAttempts(metricsBefore, receiver);
    const deliveries = await awaitDelivery(ways, before, async () => readAttempts(await ask('/metrics'), receiver), waitMs);
    for (const delivery of deliveries) say(`${receiver}: ${describe(delivery, waitMs)}`);
    results.push(deliveries.every(({ state }) => state === 'delivered'));
  }
  await post(url, alert, 0);
  if (results.includes(true)) say('It is over now; a message that says so follows.');
  return results.length > 0 && results.every(Boolean) ? 0 : 1;
}

/** Until all is delivered, or what fails has failed for a while, or the time is up. */
async function awaitDelivery(
  ways: readonly string[],
  before: Attempts,
  read: () => Promise<Attempts>,
  waitMs: number,
): Promise<Delivery[]> {
  const end = performance.now() + waitMs;
  let giveUpAt = end;
  for (;;) {
    const deliveries = deliveriesOf(ways, before, await read());
    if (deliveries.every(({ state }) => state === 'delivered')) return deliveries;
    const isFailing = deliveries.every(({ state }) => state !== 'waiting');
    giveUpAt = isFailing ? Math.min(giveUpAt, performance.now() + PATIENCE_MS) : end;
    if (performance.now() >= giveUpAt) return deliveries;
    await pause();
  }
}

/** @returns `undefined` when there is no answer in time. */
async function poll<T>(waitMs: number, ask: () => Promise<T | undefined>): Promise<T | undefined> {
  for (const end = performance.now() + waitMs; performance.now() < end; await pause()) {
    const answer = await ask();
    if (answer !== undefined) return answer;
  }
  return undefined;
}

const pause = (): Promise<void> => new Promise((resolve) => void setTimeout(resolve, POLL_MS));

function buildAlert(id: string, severity: string, service: string): { labels: object; annotations: object; startsAt: string } {
  return {
    labels: { alertname: 'TestAlert', severity, service, test_id: id },
    annotations: {
      summary: `A test of the way of alerts (${id})`,
      description: 'Somebody ran `signalbox stack test-alert`. Nothing is wrong, and this arrived.',
    },
    startsAt: new Date().toISOString(),
  };
}

/** @param lastsMs - from now; 0 ends it. */
async function post(url: string, alert: { readonly startsAt: string }, lastsMs: number): Promise<void> {
  const response = await fetch(`${url}/api/v2/alerts`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify([{ ...alert, endsAt: new Date(Date.now() + lastsMs).toISOString() }]),
    signal: AbortSignal.timeout(REQUEST_MS),
  });
  if (!response.ok) throw new Error(`the alert was answered with ${response.status} ${(await response.text()).slice(0, 200)}`);
}

function describeSuppression({ status }: Known): string {
  return status.silencedBy.length > 0
    ? `silenced (${status.silencedBy.join(', ')})`
    : 'inhibited by another alert of that service, or muted';
}

function describe({ failed, state, way }: Delivery, waitMs: number): string {
  const log = 'The log of Alertmanager says why: look for "Notify attempt failed".';
  if (state === 'delivered') return `${way} has delivered it${failed > 0 ? `, after ${failed} attempts that failed` : ''}.`;
  if (state === 'failing')
    return `${way} could not deliver it, ${failed} ${failed === 1 ? 'attempt' : 'attempts'} failed; it is tried again. ${log}`;
  return `${way} has not tried it within ${waitMs / 1000} s. Alertmanager may wait longer with this severity: --wait.`;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function fail(message: string, code: number): number {
  process.stderr.write(`signalbox: ${message}\n`);
  return code;
}
