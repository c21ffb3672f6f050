/**
 * redis (node-redis): a CLIENT span and a measurement for each command.
 *
 * From 5.12 on by its own channels; who waits for a connection of a pool goes on in its own context, where the library would run its
 * command in that of whoever gave the connection back. With a
 * subscriber, `sendCommand()` without arguments throws, where it rejects else. Older releases by the official instrumentation, which is
 * loaded for them alone.
 */
import type { Meter, TracerProvider } from '@opentelemetry/api';
import type { Instrumentation } from '@opentelemetry/instrumentation';
import { version } from '../../version.ts';
import { isTracingSuppressed } from '../../context/context-keys.ts';
import { api, requireBundled } from '../../runtime/otel.ts';
import { captureClock } from '../loading/capture-clock.ts';
import {
  InstrumentationBase,
  InstrumentationNodeModuleDefinition,
  InstrumentationNodeModuleFile,
} from '../loading/instrumentation-base.ts';
import { listen } from '../loading/listen.ts';
import { durationOfOperations } from './db-client.ts';
import { replaceFunction } from './replace-function.ts';
import { beginCommand, type Recorder, type RedisOperation } from './redis-operation.ts';

/** What is published: one object from the beginning to the end of a command or transaction. */
interface Message {
  readonly command?: string;
  /** With the name of the command. */
  readonly args?: readonly unknown[];
  readonly batchMode?: 'MULTI' | 'PIPELINE';
  readonly batchSize?: number;
  readonly serverAddress?: unknown;
  readonly serverPort?: unknown;
  readonly database?: unknown;
  readonly error?: unknown;
  /** Of a transaction: with the errors of its commands, of which the library makes a rejection later. */
  readonly result?: unknown;
}

type Pool = { execute(run: (client: unknown) => unknown): unknown };

/** What of the official instrumentation is called for older releases. */
interface Official extends Instrumentation {
  getModuleDefinitions(): readonly Patching[];
}
interface Patching {
  readonly name: string;
  readonly files?: readonly Patching[];
  readonly patch?: (exports: unknown, release?: string) => unknown;
}

const PUBLISHING = ['>=5.12.0 <7'];
const OLDER = ['>=1.0.0 <5.12.0'];
const OLDER_FILES = ['commander', 'client/multi-command', 'client/index', 'cluster/index', 'cluster/multi-command'];

class RedisInstrumentation extends InstrumentationBase {
  declare duration: Recorder['duration'];
  #operations = new WeakMap<Message, RedisOperation>();
  #isListening = false;
  #provider: TracerProvider | undefined;
  #official: Official | undefined;

  constructor(options: Record<string, unknown>) {
    super('signalbox/redis', version, options);
  }

  get spans(): Recorder['spans'] {
    return this.tracer;
  }

  override setTracerProvider(provider: TracerProvider): void {
    super.setTracerProvider(provider);
    this.#provider = provider;
    this.#official?.setTracerProvider(provider);
  }

  protected override _updateMetricInstruments(): void {
    this.duration = durationOfOperations(this.meter as Meter);
  }

  protected override init() {
    const listening = (exports: unknown): unknown => {
      this.#listen();
      return exports;
    };
    const pool = new InstrumentationNodeModuleFile(
      '@redis/client/dist/lib/client/pool.js',
      PUBLISHING,
      (exports: { RedisClientPool?: { prototype: Pool } }) => {
        if (exports.RedisClientPool !== undefined) keepContextOfWaiting(exports.RedisClientPool.prototype);
        return exports;
      },
    );
    const patch: PatchOlder = (...args) => this.#patchByOfficial(...args);
    return [
      new InstrumentationNodeModuleDefinition('@redis/client', PUBLISHING, listening, undefined, [pool]),
      older('@redis/client', OLDER, OLDER_FILES, patch),
      older('@node-redis/client', ['>=1.0.0 <2'], OLDER_FILES, patch),
      older('redis', ['>=2.6.0 <4'], [], patch),
    ];
  }

  #patchByOfficial(exports: unknown, release: string | undefined, name: string, path?: string): unknown {
    if (this.#official === undefined) {
      // Enabled, it would hook itself in.
      this.#official = createOfficial({ ...this.getConfig(), enabled: false });
      if (this.#provider !== undefined) this.#official.setTracerProvider(this.#provider);
    }
    const module = this.#official.getModuleDefinitions().find((each) => each.name === name);
    const patching = path === undefined ? module : module?.files?.find((file) => file.name === path);
    return patching?.patch === undefined ? exports : patching.patch(exports, release);
  }

  #listen(): void {
    if (this.#isListening) return;
    this.#isListening = true;
    const end = (message: Message): void => this.#operations.get(message)?.end(message.error ?? errorAmong(message.result));
    for (const channel of ['command', 'batch'] as const) {
      const on = (event: string, take: (message: Message) => void): void => listen(`tracing:node-redis:${channel}:${event}`, take);
      on('start', (message) => this.#begin(message));
      on('asyncEnd', end);
      // Thrown at once; otherwise it only says that the promise is there.
      on('end', (message) => message.error !== undefined && end(message));
    }
  }

  #begin(message: Message): void {
    const { command, args = [], batchMode, batchSize } = message;
    // The commands of a pipeline are published each, those of a transaction are not.
    const name = command ?? (batchMode === 'MULTI' ? batchMode : undefined);
    const context = api.context.active();
    if (name === undefined || !this.isEnabled() || isTracingSuppressed(context)) return;
    const operation = command === undefined || batchMode === undefined ? name : `${batchMode} ${command}`;
    const described = { name, operation, args: args.slice(1), ...(command === undefined && batchSize !== undefined ? { batchSize } : {}) };
    const target = { address: message.serverAddress, port: message.serverPort, database: message.database };
    this.#operations.set(message, beginCommand(this, described, target, context));
  }
}

function errorAmong(results: unknown): unknown {
  return Array.isArray(results) ? results.find((result) => result instanceof Error) : undefined;
}

type PatchOlder = (exports: unknown, release: string | undefined, name: string, path?: string) => unknown;

function older(
  name: string,
  versions: readonly string[],
  files: readonly string[],
  patch: PatchOlder,
): InstrumentationNodeModuleDefinition {
  return new InstrumentationNodeModuleDefinition(
    name,
    versions,
    (exports: unknown, release?: string) => patch(exports, release, name),
    undefined,
    files.map((file) => {
      const path = `${name}/dist/lib/${file}.js`;
      return new InstrumentationNodeModuleFile(path, versions, (exports: unknown, release?: string) => patch(exports, release, name, path));
    }),
  );
}

function keepContextOfWaiting(prototype: Pool): void {
  replaceFunction(
    prototype,
    'execute',
    (execute) =>
      function (this: Pool, ...args: unknown[]): unknown {
        const [run] = args;
        const bound = typeof run === 'function' ? api.context.bind(api.context.active(), run) : run;
        return Reflect.apply(execute, this, [bound, ...args.slice(1)]);
      },
  );
}

function createOfficial(options: Record<string, unknown>): Official {
  const loaded = requireBundled('@opentelemetry/instrumentation-redis') as {
    RedisInstrumentation: new (options: Record<string, unknown>) => Official;
  };
  captureClock();
  return new loaded.RedisInstrumentation(options);
}

/** @param options - of the official instrumentation, which is there for all releases when it is to be told of commands and results. */
export function create(options: Record<string, unknown>): Instrumentation {
  const wantsOfficial = options['dbStatementSerializer'] !== undefined || options['responseHook'] !== undefined;
  return wantsOfficial ? createOfficial(options) : new RedisInstrumentation(options);
}
