/** Objectives: how much of the error budget is left, and how fast it goes. */
import { BURN_RATES } from '../../slo/build-objectives.ts';
import { formatDuration } from '../../durations.ts';
import type { Ask, Dashboard } from '../dashboard.ts';

/** The recording rules have Sloth's labels, and no others of a service. */
const OF_THE_SERVICE = 'sloth_service=~"$service"';
const LEGEND = '{{sloth_service}} · {{sloth_slo}}';
/** Less than nothing is left. */
const OVERSPENT = { limits: { critical: 0 }, fires: 'below' } as const;
const ID = 'sloth_id, sloth_service, sloth_slo';

const series = (name: string): string => `${name}{${OF_THE_SERVICE}}`;
const one = (expression: string, legend = LEGEND): readonly Ask[] => [{ expression, legend }];
const errorRatio = (seconds: number): string => `max by (${ID}) (${series(`slo:sli_error:ratio_rate${formatDuration(seconds)}`)})`;
const budget = `max by (${ID}) (${series('slo:error_budget:ratio')})`;

export const OBJECTIVES: Dashboard = {
  name: 'slo',
  title: 'SLOs',
  description: 'The objectives of signalbox.config: how well they are met, how much of the error budget is left and how fast it burns.',
  rows: [
    {
      title: 'Budget',
      panels: [
        {
          title: 'Error budget that is left',
          description: 'Of 30 days. Below 0 the objective is missed.',
          kind: 'stat',
          unit: 'percentunit',
          ...OVERSPENT,
          width: 12,
          ask: () => one(series('slo:period_error_budget_remaining:ratio')),
        },
        {
          title: 'Objectives',
          description: 'Part of the requests that must be good.',
          kind: 'stat',
          unit: 'percentunit',
          width: 12,
          ask: () => one(series('slo:objective:ratio')),
        },
        {
          title: 'Error budget that is left',
          description: 'Of 30 days. A line that falls steeply is an incident; one that falls slowly is a fault that nobody sees.',
          unit: 'percentunit',
          ...OVERSPENT,
          width: 12,
          ask: () => one(series('slo:period_error_budget_remaining:ratio')),
        },
        {
          title: 'Burn rate',
          description: `How many times faster than it may the budget goes. Above ${BURN_RATES[0].factor} for an hour somebody is woken.`,
          unit: 'none',
          width: 12,
          ask: () => [
            { expression: series('slo:current_burn_rate:ratio'), legend: `now ${LEGEND}` },
            { expression: series('slo:period_burn_rate:ratio'), legend: `30 days ${LEGEND}` },
          ],
        },
      ],
    },
    {
      title: 'Errors against the alerts',
      panels: BURN_RATES.map(({ long, short, factor, severity }) => ({
        title: `Burn rate in ${formatDuration(long)} and ${formatDuration(short)}`,
        description: `An alert (${severity}) fires where both are above ${factor}.`,
        unit: 'none' as const,
        width: 12,
        limits: { [severity]: factor },
        ask: () =>
          [long, short].map((seconds) => ({
            expression: `${errorRatio(seconds)}\n/\n${budget}`,
            legend: `${formatDuration(seconds)} ${LEGEND}`,
          })),
      })),
    },
  ],
};
