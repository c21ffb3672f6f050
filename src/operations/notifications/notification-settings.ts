/** What `signalbox.config` may say about who is told of alerts, and how. Everything is optional. */
import type { Severity } from '../alerts/alert-row.ts';

/** Times as Prometheus writes them. */
export interface Pace {
  /** How long alerts of one group are waited for before the first message. */
  readonly wait?: string;
  /** How soon a message follows when the group has changed: something ended, or more of it fires. */
  readonly interval?: string;
  /** How soon the same message comes again while nothing changes. */
  readonly repeat?: string;
}

/** Which severities are sent there. @defaultValue all */
interface Sent {
  readonly severities?: readonly Severity[];
}

/** Paths are those that Alertmanager reads, from the folder that it runs in; it reads them anew for each message. */
export interface TelegramSettings extends Sent {
  /** @defaultValue secrets/telegram_bot_token */
  readonly botTokenFile?: string;
  /** @defaultValue secrets/telegram_chat_id */
  readonly chatIdFile?: string;
  /** `message_thread_id` of the topic for a severity, in a chat that has topics. */
  readonly topics?: Readonly<Partial<Record<Severity, number>>>;
  /** Which severities come without a sound. @defaultValue info */
  readonly silent?: readonly Severity[];
  /** @defaultValue https://api.telegram.org */
  readonly apiUrl?: string;
}

export interface WebhookSettings extends Sent {
  /** This, or `urlFile`. */
  readonly url?: string;
  readonly urlFile?: string;
  /** Of a token that is sent as `Authorization: Bearer`. */
  readonly tokenFile?: string;
}

export interface SlackSettings extends Sent {
  /** With the address of an incoming webhook. @defaultValue secrets/slack_api_url */
  readonly apiUrlFile?: string;
  /** @defaultValue the webhook's own */
  readonly channel?: string;
}

export interface EmailSettings extends Sent {
  readonly to: string;
  readonly from: string;
  /** `host:port` of a server that speaks STARTTLS or, on 465, TLS. */
  readonly smarthost: string;
  /** Without it the server is not asked to let us in. */
  readonly username?: string;
  /** @defaultValue secrets/smtp_password */
  readonly passwordFile?: string;
}

export interface NotificationSettings {
  readonly critical?: Pace;
  readonly warning?: Pace;
  readonly info?: Pace;
  readonly telegram?: TelegramSettings;
  readonly webhook?: WebhookSettings;
  readonly slack?: SlackSettings;
  readonly email?: EmailSettings;
  /** What expects the Watchdog every five minutes and calls somebody when it does not come. */
  readonly watchdog?: Omit<WebhookSettings, 'severities'>;
}

export const DEFAULT_SECRETS = {
  telegramBotToken: 'secrets/telegram_bot_token',
  telegramChatId: 'secrets/telegram_chat_id',
  slackApiUrl: 'secrets/slack_api_url',
  smtpPassword: 'secrets/smtp_password',
} as const;
