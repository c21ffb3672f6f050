/**
 * One line when an endpoint begins to fail, one when it works again, whichever signals share it.
 */
import type { Signal } from '../../config/config.ts';
import type { Reporter } from '../../diagnostics/reporter.ts';

export interface EndpointHealth {
  failed(signal: Signal, reason: string, message: string): void;
  worked(signal: Signal): void;
}

/** @param origin - scheme, host and port, without credentials; part of every message. */
export function createEndpointHealth(origin: string, reporter: Reporter): EndpointHealth {
  const failing = new Set<Signal>();
  const said = new Set<string>();
  return {
    failed(signal, reason, message) {
      failing.add(signal);
      const key = `export.${reason} ${origin}`;
      if (reporter.say('warn', key, message)) said.add(key);
    },
    worked(signal) {
      if (!failing.delete(signal) || failing.size > 0 || said.size === 0) return;
      said.clear();
      reporter.say('info', `export.recovered ${origin}`, `Export to ${origin} works again; what was waiting is being sent.`);
    },
  };
}
