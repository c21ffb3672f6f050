/**
 * mysql 2: a CLIENT span and a measurement for each query, in the context of its caller.
 *
 * Of our own, because the official one listens for `error` of each query, and an error that nobody else hears no longer ends the
 * process. Here a query is seen as it is queued, and its end when the library looks up what ends it: no listener is added, and
 * nothing of ours is in the stack trace of a callback.
 */
import type { Context } from '@opentelemetry/api';
import type { Instrumentation } from '@opentelemetry/instrumentation';
import { isTracingSuppressed } from '../../context/context-keys.ts';
import { enter } from '../../context/context-manager.ts';
import { contain } from '../../runtime/contain.ts';
import { api, requireBundled } from '../../runtime/otel.ts';
import { captureClock } from '../loading/capture-clock.ts';
import { InstrumentationNodeModuleDefinition, InstrumentationNodeModuleFile } from '../loading/instrumentation-base.ts';
import { beginOperation, type Command, type Connection, type Operation } from './mysql-operation.ts';
import { MySQLRecorder } from './mysql-recorder.ts';
import { replaceFunction } from './replace-function.ts';

/** A command in the queue of a connection. */
type Sequence = Command & { readonly _ended?: boolean };
interface Protocol {
  readonly _connection: Connection;
  readonly _fatalError?: unknown;
}

interface Followed {
  readonly context: Context;
  readonly protocol: Protocol;
  readonly operation: Operation | undefined;
  error?: unknown;
}

const VERSIONS = ['>=2.0.0 <3'];

class MySQLInstrumentation extends MySQLRecorder {
  constructor(options: Record<string, unknown>) {
    super('mysql', options);
  }

  protected override init() {
    const followed = new WeakMap<object, Followed>();
    const failures = new WeakMap<object, unknown>();
    const file = (path: string, patch: (prototype: object) => void) =>
      new InstrumentationNodeModuleFile(`mysql/lib/${path}.js`, VERSIONS, (exported: { readonly prototype: object }) => {
        patch(exported.prototype);
        return exported;
      });
    const files = [
      file('protocol/Protocol', (prototype) => this.#watchQueue(prototype, followed, failures)),
      file('protocol/sequences/Sequence', (prototype) => watchEnds(prototype, followed, failures)),
      file('Pool', keepContextOfWaiting),
      file('PoolNamespace', keepContextOfWaiting),
    ];
    return [new InstrumentationNodeModuleDefinition('mysql', VERSIONS, (exported) => exported, undefined, files)];
  }

  #watchQueue(prototype: object, followed: WeakMap<object, Followed>, failures: WeakMap<object, unknown>): void {
    const follow = (protocol: Protocol, sequence: Sequence): void => {
      if (!this.isEnabled() || followed.has(sequence)) return;
      const context = api.context.active();
      const isQuery = sequence.constructor.name === 'Query' && !isTracingSuppressed(context);
      const operation = isQuery ? beginOperation(this, protocol._connection, sequence, context) : undefined;
      followed.set(sequence, { context, protocol, operation });
    };
    replaceFunction(
      prototype,
      '_enqueue',
      (enqueue) =>
        function (this: Protocol, ...args: unknown[]): unknown {
          contain('watching a command of mysql', () => follow(this, args[0] as Sequence));
          return Reflect.apply(enqueue, this, args);
        },
    );
    // What its commands are ended with then is not told apart from the end of one that went well.
    replaceFunction(
      prototype,
      'handleNetworkError',
      (handle) =>
        function (this: Protocol, ...args: unknown[]): unknown {
          failures.set(this, args[0]);
          return Reflect.apply(handle, this, args);
        },
    );
  }
}

/** The library looks up `end` and `emit` of a command right before it calls what the application gave. */
function watchEnds(prototype: object, followed: WeakMap<object, Followed>, failures: WeakMap<object, unknown>): void {
  function end(sequence: Sequence, { error, operation, protocol }: Followed): void {
    if (sequence._ended === true || operation === undefined) return;
    contain('ending a command of mysql', () => operation.end(error ?? protocol._fatalError ?? failures.get(protocol)));
  }
  replaceFunction(
    prototype,
    '_packetToError',
    (make) =>
      function (this: Sequence, ...args: unknown[]): unknown {
        const error: unknown = Reflect.apply(make, this, args);
        const found = followed.get(this);
        if (found !== undefined) found.error = error;
        return error;
      },
  );
  lookedUp(prototype, 'end', (sequence) => {
    const found = followed.get(sequence);
    if (found === undefined) return;
    end(sequence, found);
    enter(found.context);
  });
  lookedUp(prototype, 'emit', (sequence) => {
    const found = followed.get(sequence);
    if (found !== undefined) enter(found.context);
  });
}

/** Whoever sets it on a command gets a field of that one, as without us. */
function lookedUp(prototype: object, name: string, onLookUp: (sequence: Sequence) => void): void {
  const original: unknown = (prototype as Record<string, unknown>)[name];
  Object.defineProperty(prototype, name, {
    configurable: true,
    get(this: Sequence) {
      onLookUp(this);
      return original;
    },
    set(this: object, value: unknown) {
      Object.defineProperty(this, name, { value, configurable: true, enumerable: true, writable: true });
    },
  });
}

/** Who waits for a connection of a pool goes on in its own context, and not in that of who gave it back. */
function keepContextOfWaiting(prototype: object): void {
  replaceFunction(
    prototype,
    'getConnection',
    (getConnection) =>
      function (this: unknown, ...args: unknown[]): unknown {
        const [callback] = args;
        if (typeof callback !== 'function') return Reflect.apply(getConnection, this, args);
        const context = api.context.active();
        const bound = function (this: unknown, ...given: unknown[]): unknown {
          enter(context);
          return Reflect.apply(callback, this, given);
        };
        return Reflect.apply(getConnection, this, [bound, ...args.slice(1)]);
      },
  );
}

/** @param options - of the official instrumentation, which takes over where values are to be reported. */
export function create(options: Record<string, unknown>): Instrumentation {
  if (options['enhancedDatabaseReporting'] !== true) return new MySQLInstrumentation(options);
  const { MySQLInstrumentation: Official } = requireBundled('@opentelemetry/instrumentation-mysql') as {
    MySQLInstrumentation: new (options: Record<string, unknown>) => Instrumentation;
  };
  captureClock();
  return new Official(options);
}
