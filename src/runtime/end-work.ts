/**
 * What helpers and the telemetry that runs must know of each other: what is to be done when the process ends, and who the service is. One state
 * per process, whichever copy of this package is asked.
 */
import { contain } from './contain.ts';

/** @param limitMs - most that it may take. */
type EndWork = (limitMs: number) => void;

export interface ServiceIdentity {
  readonly name: string;
  readonly version: string | undefined;
  readonly environment: string | undefined;
}

export interface TelemetryState {
  /** Whether the end of the process is watched, fatal signals too. */
  watchesEnd: boolean;
  /** What is known since telemetry was started. */
  service: ServiceIdentity | undefined;
  /** Where log lines go, for the start line: `stdout (json)`. */
  logLinesTo: string | undefined;
  /** Where the ops port is open, for the start line: `http://127.0.0.1:9464`. */
  opsUrl: string | undefined;
  /** Another process of the cluster may have the ops port, and hands on what is for this one. */
  isOpsPortShared: boolean;
  readonly endWorks: Set<EndWork>;
}

/** The rest is for what is exported; a collector that answers needs little. */
const SHARE = 0.8;
const SLOT = Symbol.for('signalbox.telemetry-state');
const globals = globalThis as { [SLOT]?: TelemetryState };

export const telemetryState: TelemetryState = (globals[SLOT] ??= {
  watchesEnd: false,
  service: undefined,
  logLinesTo: undefined,
  opsUrl: undefined,
  isOpsPortShared: false,
  endWorks: new Set(),
});

/** `work` may be called several times: a signal may be survived. */
export function atEnd(work: EndWork): void {
  telemetryState.endWorks.add(work);
}

/** @param limitMs - what is left for all of the end; most of it may be used. */
export function doEndWork(limitMs: number): void {
  for (const work of telemetryState.endWorks) contain('the last work of a helper', () => work(limitMs * SHARE));
}
