/** Instruments that find their provider when there is one, whatever registered it and whenever. */
import type { Attributes, Context, Meter } from '@opentelemetry/api';
import { registered } from '../../runtime/api/globals.ts';
import { attempt, contained } from '../../runtime/contain.ts';
import { api } from '../../runtime/otel.ts';
import { telemetryStart } from '../../runtime/telemetry-start.ts';
import { version } from '../../version.ts';

const SCOPE = 'signalbox/metrics';
const NOOP_METER = api.createNoopMeter();

/** `undefined` while there is no provider. */
export function findMeter(): Meter | undefined {
  const provider = registered('metrics');
  return provider === undefined ? undefined : attempt(() => provider.getMeter(SCOPE, version));
}

/** Looked for at each call until it is found; sought again when telemetry starts. */
export function createBinding<Instrument>(make: (meter: Meter) => Instrument): () => Instrument | undefined {
  let instrument: Instrument | undefined;
  let boundIn = -1;
  return () => {
    if (boundIn === telemetryStart.generation) return instrument;
    const meter = findMeter();
    if (meter === undefined) return undefined;
    boundIn = telemetryStart.generation;
    try {
      instrument = make(meter);
    } catch (error) {
      contained('making an instrument', error);
      instrument = make(NOOP_METER);
    }
    return instrument;
  };
}

/** Writes one measurement; may throw. */
export type Write = (value: number, attributes: Attributes | undefined, context: Context | undefined) => void;
