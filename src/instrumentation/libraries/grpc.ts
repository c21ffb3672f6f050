/**
 * gRPC, both sides: a span and a measurement for each call, however it is made.
 *
 * Of our own, because the official one understands some of the shapes that a call may have, and hands on what it understood. All of
 * them come through one function of each side; there the transport below the client's interceptors gets a copy of the metadata, and
 * the server's own account of a call is heard.
 */
import type { MeterProvider, TracerProvider } from '@opentelemetry/api';
import type { Instrumentation } from '@opentelemetry/instrumentation';
import { version } from '../../version.ts';
import { requireBundled } from '../../runtime/otel.ts';
import { captureClock } from '../loading/capture-clock.ts';
import { grpc } from '../http/grpc-streams.ts';
import { durationOfCalls, type CallRecorder, type IgnoredMethod, type Side } from './grpc-call.ts';
import { watchClient, type ClientInterceptors } from './grpc-client.ts';
import { watchServer, type ServerInterceptors } from './grpc-server.ts';
import {
  InstrumentationBase,
  InstrumentationNodeModuleDefinition,
  InstrumentationNodeModuleFile,
} from '../loading/instrumentation-base.ts';

/** Since it has interceptors on both sides. */
const OURS = ['>=1.10.0 <2'];
/** Here the official one takes over. */
const OLDER = ['>=1.0.0 <1.10.0'];

class GrpcInstrumentation extends InstrumentationBase implements CallRecorder {
  declare durations: CallRecorder['durations'];
  #tracerProvider: TracerProvider | undefined;

  constructor(options: Record<string, unknown>) {
    super('signalbox/grpc', version, options);
  }

  get ignored(): readonly IgnoredMethod[] {
    return (this.getConfig() as { ignoreGrpcMethods?: readonly IgnoredMethod[] }).ignoreGrpcMethods ?? [];
  }

  get spans(): CallRecorder['spans'] {
    return this.tracer;
  }

  override setTracerProvider(provider: TracerProvider): void {
    super.setTracerProvider(provider);
    this.#tracerProvider = provider;
  }

  protected override _updateMetricInstruments(): void {
    const duration = (side: Side) => durationOfCalls(this.meter, side);
    this.durations = { client: duration('client'), server: duration('server') };
  }

  protected override init() {
    const file = <T>(name: string, watch: (exported: T, recorder: CallRecorder) => void) =>
      new InstrumentationNodeModuleFile(
        `@grpc/grpc-js/build/src/${name}.js`,
        OURS,
        (exported: T) => {
          watch(exported, this);
          return exported;
        },
        () => {},
      );
    return [
      new InstrumentationNodeModuleDefinition(
        '@grpc/grpc-js',
        OURS,
        (exported) => exported,
        () => {},
        [file<ClientInterceptors>('client-interceptors', watchClient), file<ServerInterceptors>('server-interceptors', watchServer)],
      ),
      new InstrumentationNodeModuleDefinition('@grpc/grpc-js', OLDER, (exported: unknown) => {
        const official = createOfficial({ ...this.getConfig(), enabled: false });
        if (this.#tracerProvider !== undefined) official.setTracerProvider(this.#tracerProvider);
        const [definition] = official.getModuleDefinitions();
        return (definition?.patch?.(exported) ?? exported) as unknown;
      }),
    ];
  }
}

type Official = Instrumentation & {
  getModuleDefinitions(): readonly { readonly patch?: (exported: unknown) => unknown }[];
  setMeterProvider(provider: MeterProvider): void;
};

function createOfficial(options: Record<string, unknown>): Official {
  const { GrpcInstrumentation: Loaded } = requireBundled('@opentelemetry/instrumentation-grpc') as {
    GrpcInstrumentation: new (options: Record<string, unknown>) => Official;
  };
  captureClock();
  return new Loaded(options);
}

/** @param options - of the official instrumentation, which runs where metadata is to become attributes. */
export function create(options: Record<string, unknown>): Instrumentation {
  grpc.isWatched = options['enabled'] !== false;
  return options['metadataToSpanAttributes'] === undefined ? new GrpcInstrumentation(options) : createOfficial(options);
}
