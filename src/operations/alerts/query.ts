/** What a row asks for: selectors for the services that a rule is about, windows that fit the export interval. */
import { formatDuration } from '../durations.ts';
import { SERVICE_LABELS, select, type AskedMetric, type HistogramPart } from '../promql.ts';

export interface TokenPrice {
  /** US dollars for a million tokens. */
  readonly input: number;
  readonly output: number;
}

export interface QueryOptions {
  /** Of the services and routes. */
  readonly matchers: readonly string[];
  readonly windowSeconds: number;
  readonly exportIntervalSeconds: number;
  readonly timeScale: number;
  readonly settings: Readonly<Record<string, number>>;
  readonly jobs: Readonly<Record<'collector' | 'prometheus' | 'alertmanager', string>>;
  readonly prices: Readonly<Record<string, TokenPrice>>;
}

/** A rate needs two samples, and one may come late. */
const SAMPLES_IN_A_WINDOW = 4;

export class Query {
  readonly #options: QueryOptions;

  constructor(options: QueryOptions) {
    this.#options = options;
  }

  get jobs(): QueryOptions['jobs'] {
    return this.#options.jobs;
  }

  get prices(): QueryOptions['prices'] {
    return this.#options.prices;
  }

  get exportIntervalSeconds(): number {
    return this.#options.exportIntervalSeconds;
  }

  /** In seconds. */
  get windowSeconds(): number {
    return this.spanSeconds(this.#options.windowSeconds);
  }

  get window(): string {
    return formatDuration(this.windowSeconds);
  }

  /** After so long without a sample a service is silent: three exports, at least two minutes. */
  get missing(): string {
    return formatDuration(Math.max(3 * this.exportIntervalSeconds, Math.ceil(120 * this.#options.timeScale)));
  }

  /** The matchers of services and routes, to go on after others. */
  get more(): string {
    return this.#options.matchers.map((matcher) => `, ${matcher}`).join('');
  }

  setting(name: string): number {
    const value = this.#options.settings[name];
    if (value === undefined) throw new Error(`The row has no setting ${name}.`);
    return value;
  }

  /** Seconds that a range must have to hold what `seconds` would by default: it is never shorter than four exports. */
  spanSeconds(seconds: number): number {
    return Math.max(Math.ceil(seconds * this.#options.timeScale), SAMPLES_IN_A_WINDOW * this.exportIntervalSeconds);
  }

  span(seconds: number): string {
    return formatDuration(this.spanSeconds(seconds));
  }

  /** Series of the services that the rule is about. */
  of(metric: AskedMetric, matchers: readonly string[] = [], part?: HistogramPart): string {
    return select(metric, [...matchers, ...this.#options.matchers], part);
  }

  count(metric: AskedMetric, ...matchers: readonly string[]): string {
    return this.of(metric, matchers, 'count');
  }

  total(metric: AskedMetric, ...matchers: readonly string[]): string {
    return this.of(metric, matchers, 'sum');
  }

  rate(selector: string, seconds?: number): string {
    return `rate(${selector}[${seconds === undefined ? this.window : this.span(seconds)}])`;
  }

  increase(selector: string, seconds?: number): string {
    return `increase(${selector}[${seconds === undefined ? this.window : this.span(seconds)}])`;
  }

  /**
   * How much a counter of rare events has grown. `increase` does not see the first event of a series, with which the series begins:
   * its value counts whole.
   */
  grown(selector: string, seconds: number): string {
    const span = this.span(seconds);
    return `(${selector} unless ${selector} offset ${span}) or increase(${selector}[${span}])`;
  }

  sum(labels: readonly string[], expression: string): string {
    return this.#aggregate('sum', labels, expression);
  }

  max(labels: readonly string[], expression: string): string {
    return this.#aggregate('max', labels, expression);
  }

  min(labels: readonly string[], expression: string): string {
    return this.#aggregate('min', labels, expression);
  }

  many(labels: readonly string[], expression: string): string {
    return this.#aggregate('count', labels, expression);
  }

  /** Part of the events of a counter that `matchers` choose, from 0 to 1. */
  share(labels: readonly string[], selector: string, ofSelector: string): string {
    return `${this.sum(labels, this.rate(selector))}\n/\n${this.sum(labels, this.rate(ofSelector))}`;
  }

  quantile(quantile: number, labels: readonly string[], metric: AskedMetric, ...matchers: readonly string[]): string {
    return `histogram_quantile(${quantile}, ${this.sum(['le', ...labels], this.rate(this.of(metric, matchers, 'bucket')))})`;
  }

  #aggregate(operator: string, labels: readonly string[], expression: string): string {
    return `${operator} by (${[...SERVICE_LABELS, ...labels].join(', ')}) (${expression})`;
  }
}
