/**
 * Tells helpers that providers were registered, so that what they have is bound to them. One state per process,
 * whichever copy of this package is asked.
 */
import { contain } from './contain.ts';

export interface TelemetryStart {
  /** Counts the starts; what was bound under a lower number is bound anew. */
  generation: number;
  /** Nothing is going to start: `OTEL_SDK_DISABLED`, or it failed. */
  isOff: boolean;
  /** Called at the next start, once. */
  readonly waiting: Set<() => void>;
}

const SLOT = Symbol.for('signalbox.telemetry-start');
const globals = globalThis as { [SLOT]?: TelemetryStart };

export const telemetryStart: TelemetryStart = (globals[SLOT] ??= { generation: 0, isOff: false, waiting: new Set() });

/** @param isOff - nothing was registered, and nothing will be. */
export function telemetryStarted(isOff = false): void {
  telemetryStart.generation++;
  telemetryStart.isOff = isOff;
  const waiting = [...telemetryStart.waiting];
  telemetryStart.waiting.clear();
  for (const bind of waiting) contain('binding a helper to its provider', bind);
}
