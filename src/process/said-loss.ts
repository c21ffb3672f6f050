/** What the end of a process cost, as one line. */
import type { Delivered } from '../config/config.ts';
import { droppedTotal, type Account } from '../diagnostics/account.ts';
import { recordsOf } from '../export/sender.ts';

/** `1500 spans (exit deadline), 2 log records (refused)`; empty when nothing was lost. */
export function lossText(accounts: readonly Account<Delivered>[]): string {
  return accounts.flatMap((account) => lossOf(account) ?? []).join(', ');
}

/** `1500 spans (exit deadline)`, `1500 spans (1000 refused, 500 queue full)`, or `undefined` when nothing was lost. */
function lossOf(account: Account<Delivered>): string | undefined {
  const lost = droppedTotal(account);
  if (lost === 0) return undefined;
  const to = account.exporter === 'otlp' || account.exporter === account.signal ? '' : ` for ${account.exporter}`;
  const reasons = Array.from(account.dropped, ([reason, records]) => {
    const text = reason.replaceAll('_', ' ');
    return account.dropped.size === 1 ? text : `${records} ${text}`;
  });
  return `${lost} ${recordsOf(account.signal, lost)}${to} (${reasons.join(', ')})`;
}
