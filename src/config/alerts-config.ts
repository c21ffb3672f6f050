/** The settings of `signalbox/alerts`: read when the first alert is sent. */
import type { Config } from './config.ts';
import { loadConfig } from './load-config.ts';
import type { ParsedUrl } from './read-url.ts';
import { readEnvironment, type Environment } from './early.ts';
import { createSettingsReader } from './read-settings.ts';
import { readTextFile } from './read-value.ts';

export interface AlertsConfig {
  /** Where alerts go, in the form that is understood there. */
  readonly receivers: readonly { readonly form: 'alertmanager' | 'webhook'; readonly url: string }[];
  readonly token: string | undefined;
  /** What signalbox says about itself. */
  readonly logLevel: Config['logLevel'];
}

/** What `onAlert()` must know; the token itself is the ops port's. */
export interface OnAlertConfig {
  readonly hasToken: boolean;
  readonly isDryRun: boolean;
  readonly timeoutMs: number;
  readonly logLevel: Config['logLevel'];
}

/** Never throws. */
export function loadOnAlertConfig(env: Environment = readEnvironment()): OnAlertConfig {
  const reader = createSettingsReader(env, undefined, readTextFile);
  const { logLevel, ops } = loadConfig(env).config;
  return {
    hasToken: ops.alerts !== undefined,
    isDryRun: reader.get('SIGNALBOX_ON_ALERT_DRY_RUN') as boolean,
    timeoutMs: reader.get('SIGNALBOX_ON_ALERT_TIMEOUT') as number,
    logLevel,
  };
}

/** Never throws. What is wrong in them was said as the telemetry started. */
export function loadAlertsConfig(env: Environment = readEnvironment()): AlertsConfig {
  const reader = createSettingsReader(env, undefined, readTextFile);
  const url = (name: string): URL | undefined => (reader.find(name)?.value as ParsedUrl | undefined)?.url;
  const alertmanager = url('SIGNALBOX_ALERTMANAGER_URL');
  const webhook = url('SIGNALBOX_ALERT_WEBHOOK_URL');
  return {
    receivers: [
      ...(alertmanager === undefined ? [] : [{ form: 'alertmanager' as const, url: alertsApiOf(alertmanager) }]),
      ...(webhook === undefined ? [] : [{ form: 'webhook' as const, url: webhook.href }]),
    ],
    token: reader.find('SIGNALBOX_ALERTS_TOKEN')?.value as string | undefined,
    logLevel: loadConfig(env).config.logLevel,
  };
}

/** Alertmanager may be served below a path of its own (`--web.route-prefix`). */
function alertsApiOf(base: URL): string {
  return `${base.origin}${base.pathname.replace(/\/+$/, '').replace(/\/api\/v2(\/alerts)?$/, '')}/api/v2/alerts${base.search}`;
}
