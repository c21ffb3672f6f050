/**
 * ioredis: a CLIENT span and a measurement for each command, in the context of its caller.
 *
 * Its own channels are not used: whoever subscribes to them marks every rejection as handled, and a command that waited for the
 * connection, or was put into a pipeline with others, is published in a foreign context. Here a command is seen when it is sent
 * the first time (it may wait, and be sent again), and is over when ioredis settles it, which it does by two functions on the
 * command. No promise is touched.
 */
import type { Context, Meter, Span } from '@opentelemetry/api';
import type { Instrumentation } from '@opentelemetry/instrumentation';
import { version } from '../../version.ts';
import { isTracingSuppressed } from '../../context/context-keys.ts';
import { attempt, contain } from '../../runtime/contain.ts';
import { api } from '../../runtime/otel.ts';
import {
  InstrumentationBase,
  InstrumentationNodeModuleDefinition,
  InstrumentationNodeModuleFile,
} from '../loading/instrumentation-base.ts';
import { durationOfOperations } from './db-client.ts';
import { replaceFunction } from './replace-function.ts';
import { beginCommand, type Recorder, type RedisOperation, type Target } from './redis-operation.ts';

/** What of ioredis' commands is used. */
interface Command {
  readonly name: string;
  readonly args: readonly unknown[];
  readonly inTransaction?: boolean;
  /** Of a command in a pipeline or transaction. */
  readonly pipelineIndex?: number;
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

/** A client, a cluster, or a pipeline. */
interface Sender {
  sendCommand(command: Command, ...rest: unknown[]): unknown;
  readonly options?: { readonly host?: unknown; readonly port?: unknown; readonly path?: unknown; readonly db?: unknown };
  readonly condition?: { readonly select?: unknown } | null;
}

type Class<T> = { readonly prototype: T };

/** Options of the official instrumentation. */
interface Options {
  readonly dbStatementSerializer?: (name: string, args: readonly unknown[]) => string;
  readonly requestHook?: (span: Span, info: { moduleVersion?: string | undefined; cmdName: string; cmdArgs: readonly unknown[] }) => void;
  readonly responseHook?: (span: Span, name: string, args: readonly unknown[], response: unknown) => void;
}

const VERSIONS = ['>=2.0.0 <7'];

class IORedisInstrumentation extends InstrumentationBase {
  declare duration: Recorder['duration'];
  /** Commands that were seen: one that waits, or that a node of a cluster refuses, is sent again. */
  readonly operations = new WeakMap<Command, RedisOperation>();
  /** Of commands in pipelines, which are sent together and later. */
  readonly callers = new WeakMap<Command, Context>();

  constructor(options: Record<string, unknown>) {
    super('signalbox/ioredis', version, options);
  }

  get spans(): Recorder['spans'] {
    return this.tracer;
  }

  protected override _updateMetricInstruments(): void {
    this.duration = durationOfOperations(this.meter as Meter);
  }

  protected override init() {
    const patchSender = (exports: { default?: Class<Sender> } & Class<Sender>, release?: string): unknown => {
      const { prototype } = exports.default ?? exports;
      this.#beforeSending(prototype, (sender, command) => this.#see(sender, command, release));
      return exports;
    };
    const patchPipeline = (exports: { default?: Class<Sender> } & Class<Sender>): unknown => {
      this.#beforeSending((exports.default ?? exports).prototype, (_pipeline, command) => {
        this.callers.set(command, api.context.active());
      });
      return exports;
    };
    const file = (path: string, patch: typeof patchPipeline): InstrumentationNodeModuleFile =>
      new InstrumentationNodeModuleFile(`ioredis/${path}`, VERSIONS, patch as never);
    return [
      new InstrumentationNodeModuleDefinition('ioredis', VERSIONS, patchSender as never, undefined, [
        // Releases 5 and later, 4, and 2 and 3.
        ...['built/Pipeline.js', 'built/pipeline.js', 'lib/pipeline.js'].map((path) => file(path, patchPipeline)),
        ...['built/cluster/index.js', 'lib/cluster/index.js', 'lib/cluster.js'].map((path) => file(path, patchSender)),
      ]),
    ];
  }

  #beforeSending(prototype: Sender, before: (sender: Sender, command: Command) => void): void {
    const isEnabled = (): boolean => this.isEnabled();
    replaceFunction(
      prototype,
      'sendCommand',
      (sendCommand) =>
        function (this: Sender, ...args: unknown[]): unknown {
          if (isEnabled()) contain('watching a command of ioredis', () => before(this, args[0] as Command));
          return Reflect.apply(sendCommand, this, args);
        },
    );
  }

  #see(sender: Sender, command: Command, release: string | undefined): void {
    if (typeof command !== 'object' || command === null) return;
    const seen = this.operations.get(command);
    if (seen !== undefined) return seen.setTarget(targetOf(sender));
    const context = this.callers.get(command) ?? api.context.active();
    if (isTracingSuppressed(context)) return;
    const { dbStatementSerializer: serialize, requestHook, responseHook } = this.getConfig() as Options;
    const { name, args } = command;
    const text = typeof serialize === 'function' ? attempt(() => String(serialize(name, args))) : undefined;
    const described = { name, args, operation: operationOf(command), ...(text === undefined ? {} : { text }) };
    const operation = beginCommand(this, described, targetOf(sender), context);
    this.operations.set(command, operation);
    if (typeof requestHook === 'function')
      contain("calling a request hook of the application's", () =>
        requestHook(operation.span, { moduleVersion: release, cmdName: name, cmdArgs: args }),
      );
    const { resolve, reject } = command;
    const restore = (): void => void Object.assign(command, { resolve, reject });
    command.resolve = function (value) {
      restore();
      if (typeof responseHook === 'function')
        contain("calling a response hook of the application's", () => responseHook(operation.span, name, args, value));
      operation.end();
      return Reflect.apply(resolve, this, [value]);
    };
    command.reject = function (error) {
      restore();
      operation.end(error ?? new Error('rejected'));
      return Reflect.apply(reject, this, [error]);
    };
  }
}

/** @see https://opentelemetry.io/docs/specs/semconv/db/redis/ */
function operationOf({ name, inTransaction, pipelineIndex }: Command): string {
  if (name === 'multi' || name === 'exec') return name;
  if (inTransaction === true) return `MULTI ${name}`;
  return pipelineIndex === undefined ? name : `PIPELINE ${name}`;
}

/** A cluster has neither host nor path: which of its nodes is asked, the node says. */
function targetOf({ options, condition }: Sender): Target {
  const { host, port, path, db } = options ?? {};
  const database = condition?.select ?? db;
  if (typeof path === 'string' && path !== '') return { address: path, database };
  return host === undefined ? { database } : { address: host, port, database };
}

export function create(options: Record<string, unknown>): Instrumentation {
  return new IORedisInstrumentation(options);
}
