/**
 * socket.io 3 and 4: a span for each event that is sent and each that is received.
 *
 * Of our own, because the official one wraps listeners as they are added, and does not find them again when they are removed. Here
 * the whole of an event is dispatched in the context of its span, and listeners stay as they are: the span ends when they have been
 * called, and what they go on with is below it. Release 2 by the official one.
 */
import type { TracerProvider } from '@opentelemetry/api';
import type { Instrumentation } from '@opentelemetry/instrumentation';
import {
  MESSAGING_DESTINATION_NAME,
  MESSAGING_SOCKET_IO_EVENT_NAME,
  MESSAGING_SOCKET_IO_NAMESPACE,
  MESSAGING_SOCKET_IO_ROOMS,
  MESSAGING_SYSTEM,
} from '../../names/attributes.ts';
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
import { beginOperation, messagingMetrics, type MessagingRecorder, type Operation } from './messaging.ts';
import { replaceFunction } from './replace-function.ts';

interface Named {
  readonly name?: unknown;
}

/** A socket, or what sends to several. */
interface Sender {
  readonly id?: unknown;
  readonly nsp?: Named;
  readonly name?: unknown;
  readonly adapter?: { readonly nsp?: Named };
  readonly rooms?: Iterable<unknown>;
}

interface Options {
  readonly emitIgnoreEventList?: readonly unknown[];
  readonly onIgnoreEventList?: readonly unknown[];
}

type Class = { readonly prototype: object };
type Next = (error?: unknown) => void;

const VERSIONS = ['>=3 <5'];
const OLDER = ['>=2 <3'];
const OLDER_FILES = ['socket', 'namespace'];
/** Those of the library itself, which cannot be sent. */
const RESERVED: ReadonlySet<unknown> = new Set([
  'connect',
  'connect_error',
  'disconnect',
  'disconnecting',
  'newListener',
  'removeListener',
]);
const { nextTick } = process;
const SYSTEM = { [MESSAGING_SYSTEM]: 'socket.io' };

class SocketIoInstrumentation extends InstrumentationBase implements MessagingRecorder {
  declare metrics: MessagingRecorder['metrics'];
  #provider: TracerProvider | undefined;
  #official: Official | undefined;

  constructor(options: Record<string, unknown>) {
    super('signalbox/socket.io', version, options);
  }

  get spans(): MessagingRecorder['spans'] {
    return this.tracer;
  }

  get options(): Options {
    return this.getConfig() as Options;
  }

  override setTracerProvider(provider: TracerProvider): void {
    super.setTracerProvider(provider);
    this.#provider = provider;
    this.#official?.setTracerProvider(provider);
  }

  protected override _updateMetricInstruments(): void {
    this.metrics = messagingMetrics(this.meter);
  }

  protected override init() {
    const file = (name: string, versions: string[], className: string, watch: (prototype: object) => void) =>
      new InstrumentationNodeModuleFile(`socket.io/dist/${name}.js`, versions, (exported: Readonly<Record<string, Class | undefined>>) => {
        const found = exported[className];
        if (found !== undefined) watch(found.prototype);
        return exported;
      });
    const older = (path?: string) => (exports: unknown, release?: string) => this.#patchByOfficial(exports, release, path);
    return [
      new InstrumentationNodeModuleDefinition('socket.io', VERSIONS, (exported) => exported, undefined, [
        file('socket', VERSIONS, 'Socket', (prototype) => {
          watchSending(prototype, this);
          watchReceiving(prototype, this);
        }),
        file('broadcast-operator', ['>=4 <5'], 'BroadcastOperator', (prototype) => watchSending(prototype, this)),
        file('namespace', ['>=3 <4'], 'Namespace', (prototype) => watchSending(prototype, this)),
      ]),
      new InstrumentationNodeModuleDefinition(
        'socket.io',
        OLDER,
        older(),
        undefined,
        OLDER_FILES.map((name) => new InstrumentationNodeModuleFile(`socket.io/lib/${name}.js`, OLDER, older(`socket.io/lib/${name}.js`))),
      ),
    ];
  }

  #patchByOfficial(exports: unknown, release: string | undefined, path: string | undefined): unknown {
    if (this.#official === undefined) {
      this.#official = createOfficial({ ...this.getConfig(), enabled: false });
      if (this.#provider !== undefined) this.#official.setTracerProvider(this.#provider);
    }
    const module = this.#official.getModuleDefinitions().find(({ supportedVersions }) => supportedVersions.includes('2'));
    const patching = path === undefined ? module : module?.files?.find((file) => file.name === path);
    return patching?.patch === undefined ? exports : patching.patch(exports, release);
  }
}

/** An acknowledgement is heard in the context of who sent the event. */
function watchSending(prototype: object, recorder: SocketIoInstrumentation): void {
  replaceFunction(
    prototype,
    'emit',
    (emit) =>
      function (this: Sender, ...args: unknown[]): unknown {
        const [event] = args;
        const context = api.context.active();
        if (!recorder.isEnabled() || RESERVED.has(event) || isTracingSuppressed(context)) return Reflect.apply(emit, this, args);
        if (recorder.options.emitIgnoreEventList?.includes(event) === true) return Reflect.apply(emit, this, args);
        const operation = contain('recording an event that is sent', () => begin(recorder, 'send', this, event));
        const acknowledge = args.at(-1);
        if (typeof acknowledge === 'function') args[args.length - 1] = api.context.bind(context, acknowledge);
        try {
          return Reflect.apply(emit, this, args);
        } catch (error) {
          operation?.end(error);
          throw error;
        } finally {
          operation?.end();
        }
      },
  );
}

/** Of one socket, what is dispatched now; middleware may hold it back. */
const dispatched = new WeakMap<object, Operation>();

function watchReceiving(prototype: object, recorder: SocketIoInstrumentation): void {
  replaceFunction(
    prototype,
    'dispatch',
    (dispatch) =>
      function (this: Sender, event: unknown, ...rest: unknown[]): unknown {
        const operation = contain('recording an event that is received', () => beginReceived(recorder, this, event));
        if (operation === undefined) return Reflect.apply(dispatch, this, [event, ...rest]);
        if (Array.isArray(event)) dispatched.set(event, operation);
        const context = api.trace.setSpan(api.ROOT_CONTEXT, operation.span);
        return api.context.with(context, () => Reflect.apply(dispatch, this, [event, ...rest]) as unknown);
      },
  );
  replaceFunction(
    prototype,
    'run',
    (run) =>
      function (this: Sender, event: unknown, next: Next, ...rest: unknown[]): unknown {
        const operation = Array.isArray(event) ? dispatched.get(event) : undefined;
        if (operation === undefined) return Reflect.apply(run, this, [event, next, ...rest]);
        const nextAndEnd: Next = (error) => {
          next(error);
          // Behind the turn in which listeners are called.
          nextTick(() => operation.end(error));
        };
        return Reflect.apply(run, this, [event, nextAndEnd, ...rest]);
      },
  );
}

/** A trace of its own: the connection that it came by belongs to a request that may be long over. */
function beginReceived(recorder: SocketIoInstrumentation, socket: Sender, event: unknown): Operation | undefined {
  const name: unknown = Array.isArray(event) ? event[0] : undefined;
  const isLeftOut = recorder.options.onIgnoreEventList?.includes(name) === true;
  return !recorder.isEnabled() || isLeftOut ? undefined : begin(recorder, 'process', socket, name);
}

function begin(recorder: SocketIoInstrumentation, type: 'send' | 'process', sender: Sender, event: unknown): Operation {
  const { adapter, name, nsp } = sender;
  const namespace = [name, nsp?.name, adapter?.nsp?.name].find((each) => typeof each === 'string') as string | undefined;
  const operation = type === 'send' ? 'send' : 'receive';
  const active = type === 'send' ? undefined : api.trace.getSpanContext(api.context.active());
  return beginOperation(recorder, {
    type,
    operation,
    name: namespace === undefined ? operation : `${operation} ${namespace}`,
    common: namespace === undefined ? SYSTEM : { ...SYSTEM, [MESSAGING_DESTINATION_NAME]: namespace },
    more: {
      [MESSAGING_SOCKET_IO_EVENT_NAME]: typeof event === 'string' ? event : undefined,
      [MESSAGING_SOCKET_IO_NAMESPACE]: namespace,
      ...(type === 'send' ? { [MESSAGING_SOCKET_IO_ROOMS]: roomsOf(sender) } : {}),
    },
    context: type === 'send' ? api.context.active() : api.ROOT_CONTEXT,
    ...(active === undefined ? {} : { links: [{ context: active }] }),
  });
}

function roomsOf({ id, rooms }: Sender): string[] | undefined {
  const names = [...(rooms ?? [])].filter((room) => typeof room === 'string');
  if (names.length === 0 && typeof id === 'string') names.push(id);
  return names.length === 0 ? undefined : names;
}

interface Patching {
  readonly name: string;
  readonly files?: readonly Patching[];
  readonly supportedVersions: readonly string[];
  readonly patch?: (exports: unknown, release?: string) => unknown;
}

interface Official extends Instrumentation {
  getModuleDefinitions(): readonly Patching[];
}

function createOfficial(options: Record<string, unknown>): Official {
  const { SocketIoInstrumentation: Loaded } = requireBundled('@opentelemetry/instrumentation-socket.io') as {
    SocketIoInstrumentation: new (options: Record<string, unknown>) => Official;
  };
  captureClock();
  return new Loaded(options);
}

/** Options that only the official instrumentation knows. */
const OFFICIAL_OPTIONS = ['emitHook', 'onHook', 'traceReserved'];

/** @param options - of the official instrumentation. */
export function create(options: Record<string, unknown>): Instrumentation {
  return OFFICIAL_OPTIONS.some((name) => options[name] !== undefined) ? createOfficial(options) : new SocketIoInstrumentation(options);
}
