/** The real Alertmanager from generated files, and what tests ask it. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { buildAlertmanagerFiles } from '../../../src/operations/notifications/build-alertmanager.ts';
import type { OperationsSettings } from '../../../src/operations/settings.ts';
import type { ServerCommand } from './server-process.ts';
import { binaryOf } from './servers.ts';
import { shippedFlags } from './shipped-flags.ts';
import type { Telegram } from './telegram.ts';

/** What is sent to Alertmanager, and what it answers with. */
export interface SentAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly startsAt?: string;
  readonly endsAt?: string;
}

export interface KnownAlert extends SentAlert {
  readonly status: { readonly state: 'active' | 'suppressed' | 'unprocessed'; readonly inhibitedBy: readonly string[] };
  readonly receivers: readonly { readonly name: string }[];
}

/** Write the files and the secrets of a server of Telegram, and say how Alertmanager is started there. */
export function alertmanagerCommand(
  folder: string,
  port: number | string,
  settings: OperationsSettings,
  telegram?: Pick<Telegram, 'chatId' | 'token'>,
): ServerCommand {
  const place = join(folder, 'alertmanager');
  const secrets = telegram === undefined ? [] : Object.entries({ telegram_bot_token: telegram.token, telegram_chat_id: telegram.chatId });
  const files = [...buildAlertmanagerFiles(settings), ...secrets.map(([name, text]) => [`secrets/${name}`, `${text}\n`] as const)];
  for (const [name, text] of files) {
    mkdirSync(dirname(join(place, name)), { recursive: true });
    writeFileSync(join(place, name), text);
  }
  return {
    name: 'alertmanager',
    file: binaryOf('alertmanager', 'alertmanager'),
    args: [
      ...shippedFlags('alertmanager'),
      `--storage.path=${join(folder, 'alertmanager-data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    cwd: place,
    readyUrl: `http://127.0.0.1:${port}/-/ready`,
    env: {},
  };
}

export async function postAlerts(url: string, alerts: readonly SentAlert[]): Promise<void> {
  const response = await fetch(`${url}/api/v2/alerts`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(alerts),
  });
  if (!response.ok) throw new Error(`Alertmanager: ${response.status} ${await response.text()}`);
}

export async function knownAlerts(url: string): Promise<KnownAlert[]> {
  return (await (await fetch(`${url}/api/v2/alerts`)).json()) as KnownAlert[];
}
