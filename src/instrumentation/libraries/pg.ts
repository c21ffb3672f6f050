/**
 * `pg` by the official instrumentation, mended. Its connect spans are off by default, and with them off it no longer binds the
 * callback of a caller that waits for a client of the pool, which then runs in the context of the request that gave the
 * client back. Of cursors, streams and a `Query` it begins spans that never end: these are followed by us.
 */
import type { Histogram, Meter, MeterProvider, Tracer } from '@opentelemetry/api';
import type { Instrumentation } from '@opentelemetry/instrumentation';
import { isTracingSuppressed } from '../../context/context-keys.ts';
import { contain } from '../../runtime/contain.ts';
import { api, requireBundled } from '../../runtime/otel.ts';
import { captureClock } from '../loading/capture-clock.ts';
import { durationOfOperations } from './db-client.ts';
import { followSubmitted, isSubmitted, type Client } from './pg-submitted.ts';

type Connect = (this: unknown, callback?: unknown) => unknown;
type WrapConnect = (original: Connect) => Connect;

interface PgInstrumentation extends Instrumentation {
  readonly tracer: Tracer;
  readonly meter: Meter;
  isEnabled(): boolean;
  _getPoolConnectPatch(): WrapConnect;
  _getClientQueryPatch(): (original: Function) => Function;
}

export function create(options: Record<string, unknown>): Instrumentation {
  const { PgInstrumentation: Official } = requireBundled('@opentelemetry/instrumentation-pg') as {
    PgInstrumentation: new (options: Record<string, unknown>) => PgInstrumentation;
  };
  captureClock();
  const instrumentation = new Official(options);
  keepContextOfWaiting(instrumentation);
  followQueries(instrumentation);
  return instrumentation;
}

function keepContextOfWaiting(instrumentation: PgInstrumentation): void {
  const wrapOf = instrumentation._getPoolConnectPatch.bind(instrumentation);
  instrumentation._getPoolConnectPatch = () => {
    const wrap = wrapOf();
    return (original) =>
      wrap(function (callback) {
        return original.call(this, typeof callback === 'function' ? api.context.bind(api.context.active(), callback) : callback);
      });
  };
}

function followQueries(instrumentation: PgInstrumentation): void {
  const wrapOf = instrumentation._getClientQueryPatch.bind(instrumentation);
  const setMeterProvider = instrumentation.setMeterProvider.bind(instrumentation);
  let duration: Histogram | undefined;
  instrumentation.setMeterProvider = (provider: MeterProvider) => {
    setMeterProvider(provider);
    duration = durationOfOperations(instrumentation.meter);
  };

  function isWanted(): boolean {
    const active = api.context.active();
    const { requireParentSpan } = instrumentation.getConfig() as { requireParentSpan?: boolean };
    if (!instrumentation.isEnabled() || isTracingSuppressed(active)) return false;
    return requireParentSpan !== true || api.trace.getSpan(active) !== undefined;
  }

  instrumentation._getClientQueryPatch = () => {
    const wrap = wrapOf();
    return (original) => {
      const followed = wrap(original);
      const query = function (this: Client, ...args: unknown[]): unknown {
        const [submitted] = args;
        if (!isSubmitted(submitted)) return Reflect.apply(followed, this, args);
        if (isWanted())
          contain('following a query of pg', () => followSubmitted({ tracer: instrumentation.tracer, duration }, this, submitted));
        return Reflect.apply(original, this, args);
      };
      return Object.defineProperty(query, 'length', { value: original.length, configurable: true });
    };
  };
}
