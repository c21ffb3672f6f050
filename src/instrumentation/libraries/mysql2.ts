/**
 * mysql2: a CLIENT span and a measurement for each query and each execution, in the context of its caller.
 *
 * Of our own, because the official one runs callbacks in the context of whoever gave the connection back to the pool, and listens
 * for `error` where the application does not. Here commands are seen as they are queued: their callback is called in the caller's
 * context, and what they emit is heard there. No listener is added, and what the caller gets is the library's own object.
 */
import type { Instrumentation } from '@opentelemetry/instrumentation';
import { isTracingSuppressed } from '../../context/context-keys.ts';
import { enter } from '../../context/context-manager.ts';
import { contain } from '../../runtime/contain.ts';
import { api, requireBundled } from '../../runtime/otel.ts';
import { captureClock } from '../loading/capture-clock.ts';
import { enterWhenLookedUp, followCallback, followOperation } from './mysql2-context.ts';
import { beginOperation, type Command, type Connection, type Operation, type Recorder } from './mysql-operation.ts';
import { MySQLRecorder } from './mysql-recorder.ts';
import { InstrumentationNodeModuleDefinition, InstrumentationNodeModuleFile } from '../loading/instrumentation-base.ts';

interface Pool {
  getConnection(callback: unknown): unknown;
}

type Class<T> = { readonly prototype: T };

const { nextTick } = process;

/** What a command without an answer ended with, where the connection does not say. */
const LOST = { code: 'PROTOCOL_CONNECTION_LOST', message: 'Connection lost' };

const VERSIONS = ['>=1.4.2 <4'];

class MySQL2Instrumentation extends MySQLRecorder {
  constructor(options: Record<string, unknown>) {
    super('mysql2', options);
  }

  protected override init() {
    const file = <T extends object>(path: string, patch: (prototype: T) => void) =>
      new InstrumentationNodeModuleFile(
        `mysql2/lib/${path}.js`,
        VERSIONS,
        (exported: Class<T>) => {
          patch(exported.prototype);
          return exported;
        },
        () => {},
      );
    return [
      new InstrumentationNodeModuleDefinition(
        'mysql2',
        VERSIONS,
        (exported) => exported,
        () => {},
        [
          file<Command>('commands/command', (prototype) => enterWhenLookedUp(prototype, 'emit')),
          file<Command>('commands/query', (prototype) => enterWhenLookedUp(prototype, 'done')),
          file<Command>('commands/execute', (prototype) => enterWhenLookedUp(prototype, 'done')),
          file<Connection>('connection', (prototype) => watchConnections(ownerOf(prototype, 'addCommand'), this)),
          file<Pool>('pool', (prototype) => keepContextOfWaiting(ownerOf(prototype, 'getConnection'))),
        ],
      ),
    ];
  }
}

/** The prototype that has the method: since 3.11 the classes of connections and pools have a base. */
function ownerOf<T extends object>(prototype: T, method: keyof T & string): T {
  let owner = prototype;
  while (!Object.hasOwn(owner, method)) owner = Object.getPrototypeOf(owner) as T;
  return owner;
}

function watchConnections(prototype: Connection, recorder: Recorder & { isEnabled(): boolean }): void {
  const open = new WeakMap<Connection, Set<Operation>>();
  const byOptions = new WeakMap<object, Operation>();

  function watch(connection: Connection, command: Command): void {
    const context = api.context.active();
    const kind = command.constructor.name;
    if (kind !== 'Query' && kind !== 'Execute') {
      const { options } = command;
      // An execution is not told itself that it could not be prepared.
      return followCallback(command, context, (error) => error && options !== undefined && byOptions.get(options)?.end(error));
    }
    const operation = isTracingSuppressed(context) ? undefined : beginOperation(recorder, connection, command, context);
    if (operation !== undefined) {
      const operations = open.get(connection) ?? new Set();
      open.set(connection, operations.add(operation));
      operation.onEnd = () => operations.delete(operation);
      if (command._executeOptions !== undefined) byOptions.set(command._executeOptions, operation);
    }
    followOperation(command, context, operation);
  }

  function endAll(connection: Connection, error?: unknown): void {
    for (const operation of open.get(connection) ?? []) operation.end(error);
  }

  for (const name of ['addCommand', '_addCommandClosedState'] as const) {
    const original = prototype[name];
    if (original === undefined) continue;
    prototype[name] = function (command) {
      if (recorder.isEnabled()) contain('watching a command of mysql2', () => watch(this, command));
      return original.call(this, command);
    };
  }
  const { _notifyError: notifyError, close } = prototype;
  // Commands without a callback are not told that their connection broke. A wrapper would stand in the stack trace of the error.
  Object.defineProperty(prototype, '_notifyError', {
    configurable: true,
    get(this: Connection) {
      if ((open.get(this)?.size ?? 0) > 0)
        nextTick(() =>
          contain('recording a broken connection of mysql2', () => endAll(this, this._fatalError ?? this._protocolError ?? LOST)),
        );
      return notifyError;
    },
  });
  // What is given up with its connection is not told anything.
  prototype.close = function () {
    if ((open.get(this)?.size ?? 0) > 0)
      contain('watching the end of a connection', () => this.stream?.once?.('close', () => endAll(this)));
    return close.call(this);
  };
}

/** Who waits for a connection of the pool goes on in its own context, and not in that of who gave it back. */
function keepContextOfWaiting(prototype: Pool): void {
  const { getConnection } = prototype;
  prototype.getConnection = function (callback) {
    if (typeof callback !== 'function') return getConnection.call(this, callback);
    const context = api.context.active();
    return getConnection.call(this, function (this: unknown, ...args: unknown[]): unknown {
      enter(context);
      return Reflect.apply(callback, this, args);
    });
  };
}

/** @param options - of the official instrumentation, which takes over where statements are to be changed. */
export function create(options: Record<string, unknown>): Instrumentation {
  if (options['addSqlCommenterCommentToQueries'] !== true) return new MySQL2Instrumentation(options);
  const { MySQL2Instrumentation: Official } = requireBundled('@opentelemetry/instrumentation-mysql2') as {
    MySQL2Instrumentation: new (options: Record<string, unknown>) => Instrumentation;
  };
  captureClock();
  return new Official(options);
}
