/** Whom each severity is sent to. A receiver without any is one that Alertmanager keeps alerts for and tells nobody. */
import { SEVERITIES, type Severity } from '../alerts/alert-row.ts';
import { DEFAULT_SECRETS, type NotificationSettings, type WebhookSettings } from './notification-settings.ts';
import { WATCHDOG_RECEIVER } from './routes.ts';

/** As Alertmanager reads it. */
export type Receiver = Readonly<Record<string, unknown>> & { readonly name: string };

export function buildReceivers(settings: NotificationSettings): Receiver[] {
  const { watchdog } = settings;
  return [
    ...SEVERITIES.map((severity) => ({
      name: severity,
      ...telegram(severity, settings.telegram),
      ...slack(severity, settings.slack),
      ...email(severity, settings.email),
      ...(isSent(severity, settings.webhook) ? webhook(settings.webhook, true) : {}),
    })),
    // Nobody wants to hear that it has ended: it does not.
    { name: WATCHDOG_RECEIVER, ...(watchdog === undefined ? {} : webhook(watchdog, false)) },
  ];
}

function isSent<T extends { readonly severities?: readonly Severity[] }>(severity: Severity, settings: T | undefined): settings is T {
  return settings !== undefined && (settings.severities ?? SEVERITIES).includes(severity);
}

function telegram(severity: Severity, settings: NotificationSettings['telegram']): object {
  if (!isSent(severity, settings)) return {};
  const topic = settings.topics?.[severity];
  return {
    telegram_configs: [
      {
        ...(settings.apiUrl === undefined ? {} : { api_url: settings.apiUrl }),
        bot_token_file: settings.botTokenFile ?? DEFAULT_SECRETS.telegramBotToken,
        chat_id_file: settings.chatIdFile ?? DEFAULT_SECRETS.telegramChatId,
        ...(topic === undefined ? {} : { message_thread_id: topic }),
        disable_notifications: (settings.silent ?? ['info']).includes(severity),
        send_resolved: true,
        parse_mode: 'HTML',
        message: '{{ template "signalbox.telegram" . }}',
      },
    ],
  };
}

function slack(severity: Severity, settings: NotificationSettings['slack']): object {
  if (!isSent(severity, settings)) return {};
  return {
    slack_configs: [
      {
        api_url_file: settings.apiUrlFile ?? DEFAULT_SECRETS.slackApiUrl,
        ...(settings.channel === undefined ? {} : { channel: settings.channel }),
        send_resolved: true,
        color: `{{ if eq .Status "resolved" }}good{{ else }}${severity === 'critical' ? 'danger' : severity === 'warning' ? 'warning' : '#439FE0'}{{ end }}`,
        title: '{{ template "signalbox.subject" . }}',
        fallback: '{{ template "signalbox.subject" . }}',
        text: '{{ template "signalbox.slack" . }}',
      },
    ],
  };
}

function email(severity: Severity, settings: NotificationSettings['email']): object {
  if (!isSent(severity, settings)) return {};
  const { from, passwordFile = DEFAULT_SECRETS.smtpPassword, smarthost, to, username } = settings;
  return {
    email_configs: [
      {
        to,
        from,
        smarthost,
        ...(username === undefined ? {} : { auth_username: username, auth_password_file: passwordFile }),
        send_resolved: true,
        headers: { Subject: '{{ template "signalbox.subject" . }}' },
        html: '{{ template "signalbox.email" . }}',
      },
    ],
  };
}

function webhook({ tokenFile, url, urlFile }: WebhookSettings, sendsEnd: boolean): object {
  return {
    webhook_configs: [
      {
        ...(urlFile === undefined ? { url } : { url_file: urlFile }),
        send_resolved: sendsEnd,
        ...(tokenFile === undefined ? {} : { http_config: { authorization: { type: 'Bearer', credentials_file: tokenFile } } }),
      },
    ],
  };
}
