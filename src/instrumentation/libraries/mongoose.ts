/**
 * mongoose: a CLIENT span for each operation, above those of the driver.
 *
 * From 9.7 on by its own channels, where nothing is patched; older releases by the official instrumentation, which is loaded for them
 * alone, or for all where it has options that ours does not know.
 */
import { channel } from 'node:diagnostics_channel';
import type { Attributes, Exception, Span, TracerProvider } from '@opentelemetry/api';
import type { Instrumentation } from '@opentelemetry/instrumentation';
import { isTracingSuppressed } from '../../context/context-keys.ts';
import { bindChannel } from '../../context/context-manager.ts';
import {
  DB_COLLECTION_NAME,
  DB_NAMESPACE,
  DB_OPERATION_NAME,
  DB_RESPONSE_STATUS_CODE,
  DB_SYSTEM_NAME,
  ERROR_TYPE,
  SERVER_ADDRESS,
  SERVER_PORT,
} from '../../names/attributes.ts';
import { CLIENT, STATUS_ERROR } from '../../names/otel.ts';
import { contain } from '../../runtime/contain.ts';
import { api, requireBundled } from '../../runtime/otel.ts';
import { version } from '../../version.ts';
import { errorTypeOf, messageOf } from '../http/http-semantics.ts';
import { captureClock } from '../loading/capture-clock.ts';
import { InstrumentationBase, InstrumentationNodeModuleDefinition } from '../loading/instrumentation-base.ts';
import { listen } from '../loading/listen.ts';

/** What is published: one object from the beginning to the end of an operation. */
interface Message {
  readonly operation?: unknown;
  readonly collection?: unknown;
  readonly database?: unknown;
  readonly serverAddress?: unknown;
  readonly serverPort?: unknown;
  readonly error?: unknown;
}

/** What of the official instrumentation is called for older releases. */
interface Official extends Instrumentation {
  getModuleDefinitions(): readonly { readonly name: string; readonly patch?: (exports: unknown, release?: string) => unknown }[];
}

/** Not `cursor:next`, which is published for each document, also of those that are there already. */
const CHANNELS = ['query', 'aggregate', 'model:save', 'model:insertMany', 'model:bulkWrite'];
const OFFICIAL_OPTIONS = ['dbStatementSerializer', 'responseHook', 'suppressInternalInstrumentation'];

class MongooseInstrumentation extends InstrumentationBase {
  readonly #spans = new WeakMap<Message, Span>();
  #isListening = false;
  #provider: TracerProvider | undefined;

  constructor(options: Record<string, unknown>) {
    super('signalbox/mongoose', version, options);
  }

  override setTracerProvider(provider: TracerProvider): void {
    super.setTracerProvider(provider);
    this.#provider = provider;
  }

  protected override init() {
    return [
      new InstrumentationNodeModuleDefinition('mongoose', ['>=9.7.0 <10'], (exported) => {
        this.#listen();
        return exported;
      }),
      new InstrumentationNodeModuleDefinition('mongoose', ['>=5.9.7 <9.7.0'], (exported: unknown, release?: string) => {
        // Enabled, it would hook itself in.
        const official = createOfficial({ ...this.getConfig(), enabled: false });
        if (this.#provider !== undefined) official.setTracerProvider(this.#provider);
        const patch = official.getModuleDefinitions().find(({ name }) => name === 'mongoose')?.patch;
        return patch === undefined ? exported : patch(exported, release);
      }),
    ];
  }

  #listen(): void {
    if (this.#isListening) return;
    this.#isListening = true;
    for (const name of CHANNELS) {
      bindChannel<Message>(channel(`tracing:mongoose:${name}:start`), (message) =>
        contain('beginning an operation of mongoose', () => {
          const active = api.context.active();
          if (!this.isEnabled() || isTracingSuppressed(active)) return undefined;
          const span = this.#begin(message);
          this.#spans.set(message, span);
          return api.trace.setSpan(active, span);
        }),
      );
      listen<Message>(`tracing:mongoose:${name}:asyncEnd`, (message) => this.#end(message));
      // Thrown at once; otherwise it only says that the promise is there.
      listen<Message>(`tracing:mongoose:${name}:end`, (message) => message.error !== undefined && this.#end(message));
    }
  }

  #begin({ collection, database, operation, serverAddress, serverPort }: Message): Span {
    const attributes: Attributes = { [DB_SYSTEM_NAME]: 'mongodb' };
    if (typeof operation === 'string') attributes[DB_OPERATION_NAME] = operation;
    if (typeof collection === 'string') attributes[DB_COLLECTION_NAME] = collection;
    if (typeof database === 'string') attributes[DB_NAMESPACE] = database;
    if (typeof serverAddress === 'string') attributes[SERVER_ADDRESS] = serverAddress;
    if (Number.isInteger(serverPort)) attributes[SERVER_PORT] = serverPort as number;
    const name = [attributes[DB_OPERATION_NAME], attributes[DB_COLLECTION_NAME]].filter((part) => part !== undefined).join(' ');
    return this.tracer.startSpan(name === '' ? 'mongoose' : name, { kind: CLIENT, attributes });
  }

  #end(message: Message): void {
    const span = this.#spans.get(message);
    if (span === undefined) return;
    this.#spans.delete(message);
    const { error } = message;
    if (error !== undefined) {
      const { code } = Object(error) as { code?: unknown };
      if (typeof code === 'number') span.setAttribute(DB_RESPONSE_STATUS_CODE, String(code));
      span.setAttribute(ERROR_TYPE, typeof code === 'number' ? String(code) : errorTypeOf(error));
      span.recordException(error as Exception);
      span.setStatus({ code: STATUS_ERROR, message: messageOf(error) });
    }
    span.end();
  }
}

function createOfficial(options: Record<string, unknown>): Official {
  const loaded = requireBundled('@opentelemetry/instrumentation-mongoose') as {
    MongooseInstrumentation: new (options: Record<string, unknown>) => Official;
  };
  captureClock();
  return new loaded.MongooseInstrumentation(options);
}

/** @param options - of the official instrumentation. */
export function create(options: Record<string, unknown>): Instrumentation {
  const wantsOfficial = OFFICIAL_OPTIONS.some((option) => options[option] !== undefined);
  return wantsOfficial
    ? createOfficial({ ...options, requireParentSpan: options['requireParentSpan'] ?? true })
    : new MongooseInstrumentation(options);
}
