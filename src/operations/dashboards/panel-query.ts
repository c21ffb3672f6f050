/** What a panel asks for: the same as an alert, of the services that are chosen, over a window that fits what is shown. */
import { DEFAULT_EXPORT_INTERVAL_SECONDS, DEFAULT_JOBS } from '../settings.ts';
import { Query } from '../alerts/query.ts';
import { differs } from '../promql.ts';

/**
 * `job` is the service's name on both ways of metrics; by OTLP a namespace stands before it. Where nothing has an environment,
 * the variable's `.*` fits that as well.
 */
export const OF_THE_SERVICE = 'job=~"(.+/)?($service)"';
export const OF_THE_ENVIRONMENT = 'deployment_environment_name=~"$environment"';
/** The Collector has a `target_info` as services have, and is none. */
export const IS_A_SERVICE = differs('job', DEFAULT_JOBS.collector);

export class PanelQuery extends Query {
  /** @param matchers - of what is asked for, beside the service and the environment. */
  constructor(settings: Readonly<Record<string, number>> = {}, matchers: readonly string[] = []) {
    super({
      matchers: [OF_THE_SERVICE, OF_THE_ENVIRONMENT, ...matchers],
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

  /** None of many is 0, not nothing; of nothing there is no share. */
  override share(labels: readonly string[], selector: string, ofSelector: string): string {
    const all = this.sum(labels, this.rate(ofSelector));
    return `(${this.sum(labels, this.rate(selector))} or 0 * ${all})\n/\n(${all} > 0)`;
  }

  /**
   * Alerts that fire. Every one has the label `service`, also those of objectives, which have no `job`, and of servers, which have no
   * environment.
   */
  firing(matchers: readonly string[] = []): string {
    const who = ['alertstate="firing"', 'service=~"(.+/)?($service)"', 'deployment_environment_name=~"($environment)|"'];
    return `ALERTS{${[...who, ...matchers].join(', ')}}`;
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
