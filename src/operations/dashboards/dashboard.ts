/** A dashboard as a table: what `grafana/dashboards/` is made from. */
import type { AlertRow } from '../alerts/alert-row.ts';
import type { PanelQuery } from './panel-query.ts';

/** As Grafana calls units. */
export type Unit = 'percentunit' | 's' | 'bytes' | 'Bps' | 'ops' | 'short' | 'none' | 'dtdurations' | 'currencyUSD';

export interface Ask {
  readonly expression: string;
  /** A template of Grafana: `{{label}}`. */
  readonly legend: string;
  /** Of a table: the title of its column. @defaultValue the title of the panel */
  readonly column?: string;
  /** Of a table: the unit of its column. @defaultValue that of the panel */
  readonly unit?: Unit;
  /** Of a table: whose thresholds colour its column. */
  readonly alert?: string;
}

export interface Panel {
  readonly title: string;
  /** What it tells and when to worry. One or two sentences. */
  readonly description: string;
  /** `stat` is the value of now, large; `table` the values of now by label. @defaultValue timeseries */
  readonly kind?: 'timeseries' | 'stat' | 'table';
  readonly unit: Unit;
  /** Of 24. @defaultValue 8 */
  readonly width?: number;
  /** Values lie one on another. */
  readonly isStacked?: true;
  /** Alerts that watch the same: the thresholds of the first are drawn, and the runbooks of all are linked. */
  readonly alerts?: readonly string[];
  /** Thresholds of alerts that are in no table. */
  readonly limits?: AlertRow['thresholds'];
  /** Where the values beyond `limits` are. @defaultValue above */
  readonly fires?: AlertRow['fires'];
  /** Of a table: titles of labels. */
  readonly columns?: Readonly<Record<string, string>>;
  readonly ask: (query: PanelQuery) => readonly Ask[];
}

/** Lines of logs. */
export interface LogPanel {
  readonly title: string;
  readonly description: string;
  readonly kind: 'logs';
  readonly width?: number;
  /** In LogQL. */
  readonly expression: string;
}

/** Traces that Jaeger finds, of the one service that is chosen. */
export interface TracePanel {
  readonly title: string;
  readonly description: string;
  readonly kind: 'traces';
  readonly width?: number;
}

export interface Row {
  readonly title: string;
  readonly panels: readonly (Panel | LogPanel | TracePanel)[];
}

export interface Dashboard {
  /** In its address and its file: `signalbox-NAME`. */
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** One service at a time, and its routes. Otherwise several, or all. */
  readonly isOfOneService?: true;
  readonly rows: readonly Row[];
}
