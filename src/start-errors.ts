/** Introduces `signalbox/sentry` and `signalbox/alerts`, which know what is sent, to the delivery at the end of the process, which knows when. */
import { countAlerts } from './app/alerts/count-alerts.ts';
import { countDropped } from './app/sentry/count-dropped.ts';
import { createAccount } from './diagnostics/account.ts';
import type { Reporter } from './diagnostics/reporter.ts';
import { ENVELOPE_RECEIVERS } from './export/envelope-receivers.ts';
import { createEnvelopeSender } from './export/envelope-sender.ts';
import type { WorkerErrorHead, WorkerTarget } from './export/worker-errors.ts';
import type { Outlet } from './process/delivery-options.ts';
import type { EnvelopeOutlet, EnvelopeTarget } from './runtime/error-delivery.ts';
import { noteErrorSpanOfThread } from './runtime/error-spans.ts';

/** Longest time of one request. */
const REQUEST_MS = 10_000;

/** @param outlets - of the delivery; the new one is added. */
export function openEnvelopes(outlets: Outlet[], reporter: Reporter, target: EnvelopeTarget): EnvelopeOutlet {
  const { kind, url, headers = {}, userAgent, onDropped } = target;
  const { component, contentType } = ENVELOPE_RECEIVERS[kind];
  const account = createAccount(kind, component);
  const otlp = { protocol: 'http/json', url, headers, timeoutMs: REQUEST_MS, compression: 'none', contentType } as const;
  const sender = createEnvelopeSender({ kind, otlp, account, reporter, userAgent, onDropped });
  outlets.push({ signal: kind, otlp, account, sender, health: undefined });
  return {
    send: (envelope) => sender.add(envelope),
    flush: (limitMs) => sender.flush(limitMs),
    close: () => sender.close(),
  };
}

export interface WorkerErrors {
  /** @param head - a `WorkerErrorHead` as JSON. */
  accept(head: Uint8Array, payload: Uint8Array): void;
  dropped(count: number): void;
}

/** What worker threads wrote for Sentry, and their alerts: they leave by this thread, one outlet for each server. */
export function acceptWorkerErrors(outlets: Outlet[], reporter: Reporter): WorkerErrors {
  const opened = new Map<string, EnvelopeOutlet>();

  function outletTo(target: WorkerTarget): EnvelopeOutlet {
    const key = `${target.kind} ${target.url}`;
    let outlet = opened.get(key);
    const onDropped = target.kind === 'alerts' ? countAlerts : countDropped;
    if (outlet === undefined) opened.set(key, (outlet = openEnvelopes(outlets, reporter, { ...target, onDropped })));
    return outlet;
  }

  return {
    accept(head, payload) {
      const said = JSON.parse(Buffer.from(head).toString()) as WorkerErrorHead;
      if ('span' in said) noteErrorSpanOfThread(Buffer.from(payload).toString(), said.span);
      // Of its own: the payload is a part of all that was read at a time.
      else outletTo(said).send(payload.slice());
    },
    dropped: (count) => countDropped('queue_full', count),
  };
}
