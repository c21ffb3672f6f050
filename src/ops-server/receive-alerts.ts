/** Alerts that Alertmanager posts: who may, what is in them, and that they are handed on. */
import { readWebhook } from '../app/alerts/received-alert.ts';
import type { ReceivedAlert } from '../runtime/alert-handlers.ts';
import { isBearer, isSigned } from './access.ts';
import type { AlertReceiver, OpsResponse } from './answer.ts';

/** Two hundred alerts with ten labels of a kilobyte. */
export const MOST_BODY_BYTES = 4 * 1024 * 1024;
const TEXT = { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' };
const SIGNATURE = 'x-signalbox-signature';

const say = (status: number, body: string, headers: Readonly<Record<string, string>> = {}): OpsResponse => ({
  status,
  headers: { ...TEXT, ...headers },
  body: `${body}\n`,
});
const UNKNOWN = say(401, 'Alerts must come with the token of SIGNALBOX_ON_ALERT_TOKEN, or signed with it.', {
  'www-authenticate': 'Bearer',
});

export interface AlertReceiverOptions {
  readonly tokens: { readonly token?: string; readonly tokenFile?: string };
  /** Hands an alert to a process that has a handler for it. @returns whether there is one. */
  readonly take: (alert: ReceivedAlert) => Promise<boolean>;
}

/** Alertmanager sends again what is answered with 5xx, and drops what is answered with 4xx: that nobody handles an alert is no error. */
export function createAlertReceiver({ take, tokens }: AlertReceiverOptions): AlertReceiver {
  return {
    refuse(request, bodyBytes) {
      // What is signed is known when it is here.
      if (!isBearer(request.header('authorization'), tokens) && request.header(SIGNATURE) === undefined) return UNKNOWN;
      if (bodyBytes > MOST_BODY_BYTES) return say(413, `Alerts must have at most ${MOST_BODY_BYTES} bytes.`);
      return undefined;
    },
    async receive(request, body) {
      if (!isBearer(request.header('authorization'), tokens) && !isSigned(request.header(SIGNATURE), body, tokens)) return UNKNOWN;
      const alerts = readWebhook(Buffer.from(body.buffer, body.byteOffset, body.length).toString());
      if (alerts === undefined) return say(400, 'The body must be the JSON that Alertmanager sends to webhooks, with a list alerts.');
      const taken = await Promise.all(alerts.map(take));
      return say(200, `${taken.filter(Boolean).length} of ${alerts.length} alerts have a handler here.`);
    },
  };
}
