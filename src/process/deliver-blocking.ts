/** Sends what waits while this thread stands still, and settles it. Loaded when the process ends with something to send. */
import { connectionsForbidden } from '../diagnostics/permissions.ts';
import type { PendingOutlet } from './delivery.ts';
import { flushBlocking, type ExitJob } from './exit-flush.ts';

/**
 * Deliver all of `pending` within `limitMs`. What is not delivered by then is lost.
 *
 * @returns whether some was too large, and waits again in halves; and why no worker could be started.
 */
export function deliverBlocking(
  pending: readonly PendingOutlet[],
  limitMs: number,
  userAgent: string,
): { readonly again: boolean; readonly error: Error | undefined } {
  const jobs: ExitJob[] = pending.map(({ signal, otlp, requests }) => ({ signal, otlp, requests, userAgent }));
  // A worker thread is not bound by the permissions of the process, so what the process may not do is not tried.
  const { outcomes, failures, error } = flushBlocking(jobs, connectionsForbidden() === undefined ? limitMs : 0);
  let again = false;
  for (const [job, { sender, requests, signal, health }] of pending.entries()) {
    const failure = failures[job];
    if (failure !== undefined) health?.failed(signal, failure.reason, failure.message);
    for (const [index, request] of requests.entries()) {
      const outcome = outcomes[job]?.[index] ?? { kind: 'lost', reason: 'exit_deadline' };
      again ||= outcome.kind === 'too-large';
      sender.settle(request, outcome);
    }
  }
  return { again, error };
}
