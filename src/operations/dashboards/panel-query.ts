/** What a panel asks for: the same as an alert, of the services that are chosen, over a window that fits what is shown. */
import { DEFAULT_EXPORT_INTERVAL_SECONDS, DEFAULT_JOBS } from '../settings.ts';
import { Query } from '../alerts/query.ts';

/**
 * `job` is the service's name on both ways of metrics; by OTLP a namespace stands before it. Where nothing has an environment,
 * the variable's `.*` fits that as well.
 */
export const OF_THE_SERVICE = 'job=~"(.+/)?$service"';
export const OF_THE_ENVIRONMENT = 'deployment_environment_name=~"$environment"';

export class PanelQuery extends Query {
  constructor(settings: Readonly<Record<string, number>> = {}) {
    super({
      matchers: [OF_THE_SERVICE, OF_THE_ENVIRONMENT],
      windowSeconds: 300,
      exportIntervalSeconds: DEFAULT_EXPORT_INTERVAL_SECONDS,
      timeScale: 1,
      settings,
      jobs: DEFAULT_JOBS,
      prices: {},
    });
  }

  /** At least four samples, by `timeInterval` of the data source, and no more than what a dot of the screen stands for. */
  override get window(): string {
    return '$__rate_interval';
  }

  /** None of many is 0, not nothing. */
  override share(labels: readonly string[], selector: string, ofSelector: string): string {
    const all = this.sum(labels, this.rate(ofSelector));
    return `(${this.sum(labels, this.rate(selector))} or 0 * ${all})\n/\n${all}`;
  }

  /** Events in a second, by label. */
  perSecond(labels: readonly string[], selector: string): string {
    return this.sum(labels, this.rate(selector));
  }

  /** 0 where `expression` has nothing, and `like` has something. */
  orZero(expression: string, like: string): string {
    return `(${expression})\nor\n0 * (${like})`;
  }
}
