/** What is to be done when the process ends, whichever way. `process/` watches for the end when telemetry runs; helpers of `app/` bring the work. */
import { contain } from './contain.ts';

type EndWork = () => void;

const works = new Set<EndWork>();

export interface ServiceIdentity {
  readonly name: string;
  readonly version: string | undefined;
  readonly environment: string | undefined;
}

/** What is known since telemetry was started. */
export const telemetryState: {
  /** Whether the end of the process is watched, fatal signals too. */
  watchesEnd: boolean;
  service: ServiceIdentity | undefined;
} = { watchesEnd: false, service: undefined };

/** `work` may be called several times: a signal may be survived. */
export function atEnd(work: EndWork): void {
  works.add(work);
}

export function doEndWork(): void {
  for (const work of works) contain('the last work of a helper', work);
}
