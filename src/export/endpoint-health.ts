/**
 * One line when an endpoint begins to fail, one when it works again, whichever signals share it; and one for each other
 * thing that is wrong with it.
 */
import type { Signal } from '../config/config.ts';
import type { Reporter } from '../diagnostics/reporter.ts';
import type { ExportReason } from '../names/messages.ts';
import type { Peer } from '../otlp/types.ts';
import { loadPart } from '../runtime/load-part.ts';

export interface EndpointHealth {
  /** Records wait and are sent again. */
  failed(signal: Signal, reason: ExportReason, message: string): void;
  /** Records are lost, and the next ones may be as well. */
  lost(signal: Signal, reason: ExportReason, message: string): void;
  worked(signal: Signal): void;
  /** What a request, successful or not, found out about the other end. Comes before one of the others. */
  met(peer: Peer): void;
}

/** Clocks of machines that are kept in step differ by less than a second; a minute shows in every trace. */
const MOST_CLOCK_DIFFERENCE_MS = 60_000;

/** @param origin - scheme, host and port, without credentials; part of every message. */
export function createEndpointHealth(origin: string, reporter: Reporter): EndpointHealth {
  /** Signals that do not work, and whether their records wait. */
  const failing = new Map<Signal, boolean>();
  let isSaid = false;
  let hasWrongClock = false;
  let isOwnProcess = false;

  function say(reason: ExportReason, message: string): void {
    // That it is this process was said, and says more than what its server answers.
    if (!isOwnProcess && !reporter.say(`export.${reason}`, message, origin)) return;
    isSaid = true;
    reporter.forget('export.recovered', origin); // the last word must not be that it fails
  }

  return {
    failed(signal, reason, message) {
      failing.set(signal, true);
      say(reason, message);
    },
    lost(signal, reason, message) {
      failing.set(signal, false);
      say(reason, message);
    },
    worked(signal) {
      // A signal that this endpoint refuses may never work, and says nothing about the others.
      if (!failing.delete(signal) || !isSaid || [...failing.values()].includes(true)) return;
      isSaid = false;
      reporter.say('export.recovered', `Export to ${origin} works again; what was waiting is being sent.`, origin);
    },
    met(peer) {
      const { clockAheadMs = 0, setting = 'OTEL_EXPORTER_OTLP_ENDPOINT' } = peer;
      const isOff = Math.abs(clockAheadMs) > MOST_CLOCK_DIFFERENCE_MS;
      const isOwn = peer.isOwnProcess === true;
      if ((isOwn && !isOwnProcess) || (isOff && !hasWrongClock)) {
        const { clockNotice, ownEndpointNotice } = loadPart<typeof import('./endpoint-notices.ts')>(import.meta.url, './endpoint-notices');
        if (isOwn && !isOwnProcess) reporter.say('export.own_endpoint', ownEndpointNotice(origin, setting), origin);
        if (isOff && !hasWrongClock) reporter.say('export.clock', clockNotice(origin, clockAheadMs), origin);
      }
      isOwnProcess = isOwn;
      hasWrongClock = isOff;
    },
  };
}
