/** Introduces `signalbox/sentry`, which knows what is sent, to the delivery at the end of the process, which knows when. */
import { createAccount } from './diagnostics/account.ts';
import type { Reporter } from './diagnostics/reporter.ts';
import { createEnvelopeSender } from './export/envelope-sender.ts';
import type { Outlet } from './process/delivery-options.ts';
import type { EnvelopeOutlet, EnvelopeTarget } from './runtime/error-delivery.ts';

/** Longest time of one request. */
const REQUEST_MS = 10_000;

/** @param outlets - of the delivery; the new one is added. */
export function openEnvelopes(outlets: Outlet[], reporter: Reporter, { url, userAgent, onDropped }: EnvelopeTarget): EnvelopeOutlet {
  const account = createAccount('errors', 'sentry');
  const otlp = {
    protocol: 'http/json',
    url,
    headers: {},
    timeoutMs: REQUEST_MS,
    compression: 'none',
    contentType: 'application/x-sentry-envelope',
  } as const;
  const sender = createEnvelopeSender({ otlp, account, reporter, userAgent, onDropped });
  outlets.push({ signal: 'errors', otlp, account, sender, health: undefined });
  return {
    send: (envelope) => sender.add(envelope),
    flush: (limitMs) => sender.flush(limitMs),
    close: () => sender.close(),
  };
}
