/** Annotations that lead on, and what a link is called. Every rule has the first two. */
export const LINK_NAMES: readonly (readonly [annotation: string, name: string])[] = [
  ['runbook_url', 'Runbook'],
  ['dashboard_url', 'Dashboard'],
  ['trace_url', 'Traces'],
  ['logs_url', 'Logs'],
];
