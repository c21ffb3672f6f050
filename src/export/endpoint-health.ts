/**
 * One line when an endpoint begins to fail, one when it works again, whichever signals share it.
 */
import type { Signal } from '../config/config.ts';
import type { Reporter } from '../diagnostics/reporter.ts';
import type { MessageCode } from '../names/messages.ts';

export interface EndpointHealth {
  /** Records wait and are sent again. */
  failed(signal: Signal, reason: string, message: string): void;
  /** Records are lost, and the next ones may be as well. */
  lost(signal: Signal, reason: string, message: string): void;
  worked(signal: Signal): void;
}

/** @param origin - scheme, host and port, without credentials; part of every message. */
export function createEndpointHealth(origin: string, reporter: Reporter): EndpointHealth {
  /** Signals that do not work, and whether their records wait. */
  const failing = new Map<Signal, boolean>();
  let isSaid = false;

  function say(reason: string, message: string): void {
    if (!reporter.say(`export.${reason}` as MessageCode, message, origin)) return;
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
  };
}
