/** Introduces `signalbox/sentry` and `signalbox/alerts`, which know what is sent, to the delivery at the end of the process, which knows when. */
import { createAccount } from './diagnostics/account.ts';
import type { Reporter } from './diagnostics/reporter.ts';
import { ENVELOPE_RECEIVERS } from './export/envelope-receivers.ts';
import { createEnvelopeSender } from './export/envelope-sender.ts';
import type { Outlet } from './process/delivery-options.ts';
import type { EnvelopeOutlet, EnvelopeTarget } from './runtime/error-delivery.ts';

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
