/** A row of the table of alerts. */
import type { Query } from './query.ts';

export const SEVERITIES = ['critical', 'warning', 'info'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** How a value is written for a person. */
export type ValueUnit = 'ratio' | 'seconds' | 'bytes' | 'bytes-per-second' | 'per-second' | 'number' | 'times';

/**
 * Whose settings count for it: those of a service; those of a service and of a route; or, of what is no service (the Collector,
 * the host), the general ones alone.
 */
export type Scope = 'service' | 'route' | 'server';

export interface Setting {
  readonly value: number;
  readonly meaning: string;
}

/** The page of `docs/runbooks/`, beside what follows from the row itself. In Markdown. */
export interface Runbook {
  /** What is wrong when it fires, whom it hurts, and what the cause mostly is. */
  readonly means: string;
  /** The first three queries: what each tells, and the query. */
  readonly look: readonly (readonly [tells: string, query: (query: Query) => string])[];
  /** What helps, the quickest first. */
  readonly mitigate: readonly string[];
}

export interface AlertRow {
  readonly name: string;
  /** What a service, or which server, must emit for it, in Markdown. Where nothing does, it is silent. */
  readonly needs: string;
  readonly scope: Scope;
  readonly unit: ValueUnit;
  /** Whether it fires above its threshold or below it. @defaultValue above */
  readonly fires?: 'above' | 'below';
  /** What counts without settings. A severity that is not here can be set, too. */
  readonly thresholds: Readonly<Partial<Record<Severity, number>>>;
  /** How long, in seconds. */
  readonly for: number | Readonly<Partial<Record<Severity, number>>>;
  /** For so long it goes on after the condition has ended, in seconds. For values that go up and down around the threshold. */
  readonly keepFiringFor?: number;
  /** What rates are taken over, in seconds. @defaultValue 300 */
  readonly window?: number;
  /** Further settings by name. */
  readonly settings?: Readonly<Record<string, Setting>>;
  /** Labels of the alert beside those of the service. */
  readonly labels: readonly string[];
  /** The value that is compared. `undefined` when the settings leave nothing to ask for: then there is no rule. */
  readonly measure: (query: Query) => string | undefined;
  /** What must hold as well: a comparison, put behind `and on (…)`. */
  readonly guard?: (query: Query) => string | undefined;
  /** One line. `{service}`, `{value}`, `{threshold}`, and `{…}` for a label. */
  readonly summary: string;
  readonly description: string;
  /** Its dashboard in `grafana/`. */
  readonly dashboard: string;
  /** Which traces are linked. */
  readonly traces?: 'failed' | 'slow';
  readonly runbook: Runbook;
}

export interface AlertGroup {
  /** The file in `prometheus/rules/`, and the label `component`. */
  readonly name: string;
  readonly title: string;
  readonly alerts: readonly AlertRow[];
}
