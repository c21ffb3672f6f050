/**
 * pg: a CLIENT span and a measurement for each query, also of cursors, streams and a `Query` of the caller's, in the context of its
 * caller.
 *
 * Of our own, because the official one calls callbacks with an argument more, writes into the caller's configuration, gives another
 * promise, listens to pools, and begins spans for cursors that never end. Here a query is seen when the client has queued it, and is
 * over when the client tells it so. What the caller gives and gets is not touched.
 */
import type { Meter } from '@opentelemetry/api';
import type { Instrumentation } from '@opentelemetry/instrumentation';
import { isTracingSuppressed } from '../../context/context-keys.ts';
import { contain } from '../../runtime/contain.ts';
import { api, requireBundled } from '../../runtime/otel.ts';
import { version } from '../../version.ts';
import { captureClock } from '../loading/capture-clock.ts';
import {
  InstrumentationBase,
  InstrumentationNodeModuleDefinition,
  InstrumentationNodeModuleFile,
} from '../loading/instrumentation-base.ts';
import { durationOfOperations } from './db-client.ts';
import { onLookup } from './on-lookup.ts';
import { observePools, type Pool } from './pg-pools.ts';
import { beginQuery, type Client, type Recorder } from './pg-query.ts';
import { followQuery, isFollowed } from './pg-query-context.ts';
import { replaceFunction } from './replace-function.ts';

type Class<T> = { readonly prototype: T };
type Connect = (this: Pool, callback?: unknown) => unknown;

const CLIENTS = ['>=8.0.3 <9'];
const POOLS = ['>=2.0.0 <4'];

class PgInstrumentation extends InstrumentationBase {
  declare duration: Recorder['duration'];
  declare pools: { add(pool: Pool): void } | undefined;

  constructor(options: Record<string, unknown>) {
    super('signalbox/pg', version, options);
  }

  get spans(): Recorder['spans'] {
    return this.tracer;
  }

  protected override _updateMetricInstruments(): void {
    this.duration = durationOfOperations(this.meter as Meter);
    this.pools = observePools(this.meter as Meter);
  }

  protected override init() {
    const patchClient = (exports: Class<Client>): unknown => {
      onLookup(exports.prototype, '_pulseQueryQueue', (client) => this.#see(client as Client));
      return exports;
    };
    const patchPool = (exports: Class<Pool> & { readonly default?: Class<Pool> }): unknown => {
      this.#keepContextOfWaiting((exports.default ?? exports).prototype);
      return exports;
    };
    const files = ['pg/lib/client.js', 'pg/lib/native/client.js'];
    return [
      new InstrumentationNodeModuleDefinition(
        'pg',
        CLIENTS,
        undefined,
        undefined,
        files.map((name) => new InstrumentationNodeModuleFile(name, CLIENTS, patchClient)),
      ),
      new InstrumentationNodeModuleDefinition('pg-pool', POOLS, patchPool),
    ];
  }

  /** Called when the client looks for work: what it was given last may be new. */
  #see(client: Client): void {
    const query = (client._queryQueue ?? client.queryQueue)?.at(-1);
    if (query === undefined || isFollowed(query)) return;
    const context = api.context.active();
    const { requireParentSpan } = this.getConfig() as { requireParentSpan?: boolean };
    const isWanted =
      this.isEnabled() && !isTracingSuppressed(context) && (requireParentSpan !== true || api.trace.getSpan(context) !== undefined);
    followQuery(query, context, isWanted ? beginQuery(this, client, query, context) : undefined);
  }

  /** Who waits for a client goes on in its own context, and not in that of who gave it back. */
  #keepContextOfWaiting(prototype: Pool): void {
    const see = (pool: Pool): void => void contain('watching a pool of pg', () => this.pools?.add(pool));
    replaceFunction(
      prototype,
      'connect',
      (connect) =>
        function (this: Pool, ...args: Parameters<Connect>): unknown {
          see(this);
          const [callback, ...rest] = args;
          const bound = typeof callback === 'function' ? [api.context.bind(api.context.active(), callback), ...rest] : args;
          return Reflect.apply(connect, this, bound);
        },
    );
  }
}

/** Options that only the official instrumentation has. */
const OFFICIAL = [
  'requestHook',
  'responseHook',
  'connectionHook',
  'enhancedDatabaseReporting',
  'addSqlCommenterCommentToQueries',
  'enableTraceContextPropagation',
];

/** @param options - of the official instrumentation, which takes over where ours does not know one that is set. */
export function create(options: Record<string, unknown>): Instrumentation {
  const wantsOfficial = OFFICIAL.some((name) => options[name] !== undefined && options[name] !== false);
  if (!wantsOfficial && options['ignoreConnectSpans'] !== false) return new PgInstrumentation(options);
  const { PgInstrumentation: Official } = requireBundled('@opentelemetry/instrumentation-pg') as {
    PgInstrumentation: new (options: Record<string, unknown>) => Instrumentation;
  };
  captureClock();
  return new Official(options);
}
