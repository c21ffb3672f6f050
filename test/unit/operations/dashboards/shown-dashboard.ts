/** What tests read of a dashboard's JSON. */
import { readdirSync, readFileSync } from 'node:fs';

export interface Source {
  readonly type: string;
  readonly uid: string;
}
export interface Target {
  readonly refId: string;
  readonly expr?: string;
  readonly legendFormat?: string;
  readonly exemplar?: boolean;
  readonly datasource?: Source;
}
export interface Link {
  readonly title: string;
  readonly type: string;
  readonly url?: string;
}
export interface ShownPanel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly datasource?: Source;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly fieldConfig?: {
    readonly defaults: {
      readonly unit?: string;
      readonly min?: number;
      readonly links?: readonly Link[];
      readonly thresholds?: { readonly steps: readonly { readonly value: number | null; readonly color: string }[] };
    };
    readonly overrides: readonly {
      readonly matcher: { readonly options?: unknown };
      readonly properties: readonly { readonly id: string; readonly value?: unknown }[];
    }[];
  };
  readonly links?: readonly Link[];
  readonly targets?: readonly Target[];
}
export interface Variable {
  readonly name: string;
  readonly label?: string;
  readonly type: string;
  readonly refresh?: number;
  readonly allValue?: string;
  readonly query: string | { readonly query: string };
}
export interface Annotation {
  readonly name: string;
  readonly expr: string;
  readonly datasource: Source;
}
export interface ShownDashboard {
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  readonly editable: boolean;
  readonly panels: readonly ShownPanel[];
  readonly templating: { readonly list: readonly Variable[] };
  readonly annotations: { readonly list: readonly Annotation[] };
  readonly links: readonly Link[];
}

const FOLDER = new URL('../../../../grafana/dashboards/', import.meta.url);

/** By the name of the file. */
export const SHOWN: readonly (readonly [file: string, shown: ShownDashboard])[] = readdirSync(FOLDER).map((file) => [
  file,
  JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8')) as ShownDashboard,
]);

export const dataPanels = ({ panels }: ShownDashboard): ShownPanel[] => panels.filter(({ type }) => type !== 'row');
export const panelsOf = (shown: ShownDashboard, source: string): ShownPanel[] =>
  dataPanels(shown).filter(({ datasource }) => datasource?.type === source);
export const expressionsOf = ({ targets = [] }: ShownPanel): string[] => targets.flatMap(({ expr }) => expr ?? []);

/** As Grafana fills in what is chosen, and a window of four samples a minute apart. */
export const chosen = (expression: string): string =>
  expression.replaceAll('$__rate_interval', '4m').replaceAll(/\$(service|environment|route)\b/g, 'x');
