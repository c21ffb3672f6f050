/** What was measured, as a table and as lines of the gate. Pure: text out of numbers. */
import type { ModuleCount } from './processes.ts';
import type { StartUp, Steady } from './measure.ts';
import { APPS, TITLES, VARIANTS, type App, type Variant } from './variants.ts';

export interface Results {
  readonly versions: Readonly<Record<string, string>>;
  readonly startUp: Readonly<Record<Variant, StartUp>>;
  readonly modules: Readonly<Record<Variant, ModuleCount>>;
  readonly steady: Readonly<Record<App, Readonly<Record<Variant, Steady>>>>;
}

export interface Check {
  readonly passed: boolean;
  readonly text: string;
}

const MODULES_MAX = 60;
const START_UP_SHARE_MAX = 0.3;

/** Proportions of what one run measured, side by side; never times, which belong to a machine. */
export function check(results: Results): readonly Check[] {
  const { startUp, steady } = results;
  const over = (variant: Variant): number => median(differences(startUp[variant].startMs, startUp.bare.startMs));
  const share = over('signalbox') / over('register');
  const above = modulesAbove(results, 'signalbox');
  return [
    {
      passed: share <= START_UP_SHARE_MAX,
      text: `start-up over bare must be at most ${START_UP_SHARE_MAX.toFixed(2)} of register's: ${share.toFixed(2)} (${over('signalbox').toFixed(0)} of ${over('register').toFixed(0)} ms)`,
    },
    {
      passed: above <= MODULES_MAX,
      text: `modules above bare must be at most ${MODULES_MAX}: ${above} (register: ${modulesAbove(results, 'register')})`,
    },
    ...APPS.map((app) => {
      const { bare, signalbox, register } = steady[app];
      const share = median(ratios(signalbox.cpuSeconds, register.cpuSeconds));
      const [own, theirs] = [signalbox, register].map(({ cpuSeconds }) => median(ratios(cpuSeconds, bare.cpuSeconds)).toFixed(2));
      return {
        passed: share < 1,
        text: `processor time of a request must be below register's, ${app}: ${share.toFixed(2)} of it (x bare: ${own}, register: ${theirs})`,
      };
    }),
  ];
}

export function render(results: Results): string {
  const { versions, startUp, steady } = results;
  const lines = [
    Object.entries(versions)
      .map(([name, version]) => `${name} ${version}`)
      .join(', '),
    '',
    'Cells: min / median / max of the rounds. "over bare" and "x bare" compare within a round.',
  ];

  lines.push('', 'Start-up of the Express application, from spawn to listening');
  lines.push(
    ...table(
      ['', 'ms', 'over bare, ms', 'RSS, MiB', 'modules', 'CommonJS', 'ES', 'above bare'],
      VARIANTS.map((variant) => {
        const { commonjs, esModules } = results.modules[variant];
        return [
          variant,
          cell(startUp[variant].startMs, 0),
          variant === 'bare' ? '' : cell(differences(startUp[variant].startMs, startUp.bare.startMs), 0),
          cell(startUp[variant].rssBytes.map(toMib), 0),
          commonjs + esModules,
          commonjs,
          esModules,
          variant === 'bare' ? '' : modulesAbove(results, variant),
        ].map(String);
      }),
    ),
  );

  for (const app of APPS) {
    lines.push('', `Requests: ${TITLES[app]}`);
    lines.push(
      ...table(
        ['', 'CPU s per 10k', 'x bare', 'requests/s', 'RSS, MiB', 'spans/request', 'logs/request'],
        VARIANTS.map((variant) => {
          const { cpuSeconds, requestsPerSecond, rssBytes, spansPerRequest, logsPerRequest } = steady[app][variant];
          return [
            variant,
            cell(cpuSeconds, 3),
            variant === 'bare' ? '' : cell(ratios(cpuSeconds, steady[app].bare.cpuSeconds), 2),
            cell(requestsPerSecond, 0),
            cell(rssBytes.map(toMib), 0),
            cell(spansPerRequest, 2),
            cell(logsPerRequest, 2),
          ];
        }),
      ),
    );
  }
  return lines.join('\n');
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? (sorted[middle] as number) : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
}

function modulesAbove({ modules }: Results, variant: Variant): number {
  const count = ({ commonjs, esModules }: ModuleCount): number => commonjs + esModules;
  return count(modules[variant]) - count(modules.bare);
}

function differences(values: readonly number[], bare: readonly number[]): number[] {
  return values.map((value, round) => value - (bare[round] as number));
}

function ratios(values: readonly number[], bare: readonly number[]): number[] {
  return values.map((value, round) => value / (bare[round] as number));
}

function cell(values: readonly number[], digits: number): string {
  return [Math.min(...values), median(values), Math.max(...values)].map((value) => value.toFixed(digits)).join(' / ');
}

function toMib(bytes: number): number {
  return bytes / 2 ** 20;
}

/** Columns as wide as their widest cell; the first one to the left, numbers to the right. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => (row[column] ?? '').length)));
  return [head, ...rows].map((row) =>
    row
      .map((text, column) => (column === 0 ? text.padEnd(widths[0] ?? 0) : text.padStart(widths[column] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
}
