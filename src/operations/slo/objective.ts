/** A service level objective, as the settings have it. */
export interface Objective {
  /** Small letters, digits and dashes; with the service it names the objective in Sloth's dashboards. */
  readonly name: string;
  /** Percent of the requests of 30 days that must be good. */
  readonly objective: number;
  readonly description?: string;
  /** What is good: no 5xx, or answered within `thresholdSeconds`. */
  readonly type: 'availability' | 'latency' | 'events';
  /** Of `latency`; must be a bound of a bucket of the histogram. */
  readonly thresholdSeconds?: number;
  /** Requests for this route only. */
  readonly route?: string;
  /** With fewer requests in the long window no alert is made. @defaultValue 100 */
  readonly minRequests?: number;
  /** Of `events`: PromQL with `{{.window}}` for the window, as Sloth has it. */
  readonly errorQuery?: string;
  readonly totalQuery?: string;
  /** Of `events`: PromQL of the share itself, instead of the two. */
  readonly errorRatioQuery?: string;
  readonly labels?: Readonly<Record<string, string>>;
  /** Alerts that are not wanted, and further labels and annotations of those that are. */
  readonly alerting?: ObjectiveAlerting;
}

export interface ObjectiveAlerting {
  readonly name?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly page?: BurnAlertSettings;
  readonly ticket?: BurnAlertSettings;
}

export interface BurnAlertSettings {
  readonly isDisabled?: boolean;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Sloth's id of an objective. */
export const objectiveId = (service: string, name: string): string => `${service}-${name}`;
