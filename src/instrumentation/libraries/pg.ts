/**
 * `pg` by the official instrumentation, whose connect spans are off by default. With them off it no longer binds the
 * callback of a caller that waits for a client of the pool, which then runs in the context of the request that gave the
 * client back.
 */
import type { Instrumentation } from '@opentelemetry/instrumentation';
import { api, requireBundled } from '../../runtime/otel.ts';
import { captureClock } from '../loading/capture-clock.ts';

type Connect = (this: unknown, callback?: unknown) => unknown;
type WrapConnect = (original: Connect) => Connect;

interface PgInstrumentation extends Instrumentation {
  _getPoolConnectPatch(): WrapConnect;
}

export function create(options: Record<string, unknown>): Instrumentation {
  const { PgInstrumentation: Official } = requireBundled('@opentelemetry/instrumentation-pg') as {
    PgInstrumentation: new (options: Record<string, unknown>) => PgInstrumentation;
  };
  captureClock();
  const instrumentation = new Official(options);
  const wrapOf = instrumentation._getPoolConnectPatch.bind(instrumentation);
  instrumentation._getPoolConnectPatch = () => {
    const wrap = wrapOf();
    return (original) =>
      wrap(function (callback) {
        return original.call(this, typeof callback === 'function' ? api.context.bind(api.context.active(), callback) : callback);
      });
  };
  return instrumentation;
}
