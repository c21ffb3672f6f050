/** What `signalbox.config` may say. Everything is optional. */
import type { TokenPrice } from './alerts/query.ts';
import type { Severity } from './alerts/alert-row.ts';
import type { NotificationSettings } from './notifications/notification-settings.ts';
import type { Objective } from './slo/objective.ts';

/** Thresholds by severity (`null` takes one away), times as Prometheus writes them, and the settings that the alert has. */
export type AlertSettings = Readonly<
  Partial<Record<Severity, number | null>> & {
    for?: string;
    keepFiringFor?: string;
  } & Record<string, number | string | null | undefined>
>;

/** By the alert's name; `false` switches it off. */
export type AlertSettingsByName = Readonly<Record<string, AlertSettings | false>>;

export interface ServiceSettings {
  readonly alerts?: AlertSettingsByName;
  /** By the route as `http.route` has it. Only alerts by route can be set here. */
  readonly routes?: Readonly<Record<string, AlertSettingsByName>>;
  readonly objectives?: readonly Objective[];
}

export interface OperationsSettings {
  /** Thresholds that fit a kind of application. */
  readonly preset?: 'web' | 'agent' | 'downloads';
  /** `OTEL_METRIC_EXPORT_INTERVAL`, or the scrape interval. @defaultValue 60 */
  readonly exportIntervalSeconds?: number;
  /** All windows and waiting times times this: for trials, in which nobody waits for minutes. @defaultValue 1 */
  readonly timeScale?: number;
  readonly links?: {
    /** @defaultValue http://localhost:3000 */
    readonly grafana?: string;
    /** @defaultValue http://localhost:16686 */
    readonly jaeger?: string;
    /** The folder of the runbooks, as a browser reaches it. */
    readonly runbooks?: string;
  };
  /** `job` of the servers' own metrics in Prometheus. */
  readonly jobs?: { readonly collector?: string; readonly prometheus?: string; readonly alertmanager?: string };
  /** Who is told, and how: for Alertmanager. */
  readonly notifications?: NotificationSettings;
  /** US dollars for a million tokens, by model. */
  readonly prices?: Readonly<Record<string, TokenPrice>>;
  readonly alerts?: AlertSettingsByName;
  readonly routes?: Readonly<Record<string, AlertSettingsByName>>;
  /** By `service.name`. */
  readonly services?: Readonly<Record<string, ServiceSettings>>;
}

export interface Links {
  readonly grafana: string;
  readonly jaeger: string;
  readonly runbooks: string;
}

export const DEFAULT_LINKS = {
  grafana: 'http://localhost:3000',
  jaeger: 'http://localhost:16686',
  runbooks: 'https://github.com/signalbox/signalbox/blob/main/docs/runbooks',
} as const;
export const DEFAULT_JOBS = { collector: 'otel-collector', prometheus: 'prometheus', alertmanager: 'alertmanager' } as const;
export const DEFAULT_EXPORT_INTERVAL_SECONDS = 60;

/** Addresses that links begin with: the settings', without a slash at the end, or the defaults. */
export function linksOf({ links = {} }: OperationsSettings): Links {
  const of = (name: keyof Links): string => (links[name] ?? DEFAULT_LINKS[name]).replace(/\/+$/, '');
  return { grafana: of('grafana'), jaeger: of('jaeger'), runbooks: of('runbooks') };
}
