/**
 * GraphQL 14 to 17: a span for each operation, and within a trace those of parsing and validating.
 *
 * Operations are known by the arguments of `execute`. Nothing is written to the context value, the schema or the arguments, which
 * may be frozen, shared by operations, or no objects at all. GraphQL 17 publishes what it does; of the older ones three functions
 * are replaced. Spans for resolvers are made by the official instrumentation, when options ask for them.
 */
import type { Context, Span } from '@opentelemetry/api';
import type { Instrumentation } from '@opentelemetry/instrumentation';
import { version } from '../../version.ts';
import { contain, contained } from '../../runtime/contain.ts';
import { api, requireBundled } from '../../runtime/otel.ts';
import { captureClock } from '../loading/capture-clock.ts';
import { describeOperation, errorsOf, hasOperation, recordErrors, type Document } from './graphql-operation.ts';
import { listenToGraphql } from './graphql-channels.ts';
import { replaceFunction, type Exports } from './replace-function.ts';
import {
  InstrumentationBase,
  InstrumentationNodeModuleDefinition,
  InstrumentationNodeModuleFile,
} from '../loading/instrumentation-base.ts';

const PATCHED = ['>=14.0.0 <17'];
const PUBLISHING = ['>=17.0.0 <18'];

interface Options {
  /** Record the literals of documents. Default: `false`. */
  readonly allowValues?: boolean;
  readonly responseHook?: (span: Span, result: unknown) => void;
}

class GraphqlInstrumentation extends InstrumentationBase {
  constructor(options: Record<string, unknown>) {
    super('signalbox/graphql', version, options);
    listenToGraphql({
      isEnabled: () => this.isEnabled(),
      startOperation: (document, operationName) => this.#startOperation(document, operationName),
      startStep: (name) => this.tracer.startSpan(name),
      endOperation: (span, result) => this.#endOperation(span, result),
      endParse,
      endValidate,
      fail,
    });
  }

  protected override init() {
    const file = (path: string, patch: (exports: Exports) => void) =>
      new InstrumentationNodeModuleFile(
        `graphql/${path}`,
        PATCHED,
        (exports: Exports) => {
          patch(exports);
          return exports;
        },
        () => {},
      );
    const files = [
      file('execution/execute.js', (exports) => {
        replaceFunction(exports, 'execute', (original) => this.#traceExecute(original));
        replaceFunction(exports, 'executeSync', (original) => this.#traceExecute(original));
      }),
      file('language/parser.js', (exports) => {
        replaceFunction(exports, 'parse', (original) => this.#traceStep('graphql.parse', original, endParse));
      }),
      file('validation/validate.js', (exports) => {
        replaceFunction(exports, 'validate', (original) => this.#traceStep('graphql.validate', original, endValidate));
      }),
    ];
    const unchanged = (exports: unknown): unknown => exports;
    return [
      new InstrumentationNodeModuleDefinition('graphql', PATCHED, unchanged, () => {}, files),
      new InstrumentationNodeModuleDefinition('graphql', PUBLISHING, unchanged),
    ];
  }

  #startOperation(document: unknown, operationName: unknown): Span {
    const { allowValues } = this.getConfig() as Options;
    const { name, attributes } = describeOperation(document as Document | undefined, operationName, allowValues === true);
    return this.tracer.startSpan(name, { attributes });
  }

  #endOperation(span: Span, result: unknown): void {
    const { responseHook } = this.getConfig() as Options;
    contain('recording the end of a GraphQL operation', () => recordErrors(span, errorsOf(result)));
    if (typeof responseHook === 'function')
      contain("calling a GraphQL response hook of the application's", () => responseHook(span, result));
    span.end();
  }

  /** Results come back as they are: the promise of one never rejects. */
  #traceExecute(original: Function): Function {
    const begin = (args: ArrayLike<unknown>): Span | undefined => (this.isEnabled() ? this.#begin(args) : undefined);
    const end = (span: Span, result: unknown): void => this.#endOperation(span, result);
    return function execute(this: unknown, ...args: unknown[]): unknown {
      const span = begin(args);
      if (span === undefined) return Reflect.apply(original, this, args);
      const context: Context = api.trace.setSpan(api.context.active(), span);
      let result: unknown;
      try {
        result = api.context.with(context, () => Reflect.apply(original, this, args) as unknown);
      } catch (error) {
        fail(span, error);
        throw error;
      }
      if (isPromise(result))
        result.then(
          (settled) => end(span, settled),
          (error: unknown) => fail(span, error),
        );
      else end(span, result);
      return result;
    };
  }

  /** By one object, or before GraphQL 16 also one by one: schema, document, root, context, variables, name. */
  #begin(args: ArrayLike<unknown>): Span | undefined {
    return contain('beginning a GraphQL operation', () => {
      if (args.length >= 2) return this.#startOperation(args[1], args[5]);
      const { document, operationName } = (args[0] ?? {}) as { document?: unknown; operationName?: unknown };
      return this.#startOperation(document, operationName);
    });
  }

  #traceStep(name: string, original: Function, end: (span: Span, result: unknown) => void): Function {
    const begin = (): Span | undefined => (this.isEnabled() ? this.tracer.startSpan(name) : undefined);
    return function (this: unknown, ...args: unknown[]): unknown {
      const span = begin();
      if (span === undefined) return Reflect.apply(original, this, args);
      try {
        const result: unknown = Reflect.apply(original, this, args);
        end(span, result);
        return result;
      } catch (error) {
        fail(span, error);
        throw error;
      }
    };
  }
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function';
}

function endParse(span: Span, document: unknown): void {
  if (!hasOperation(document)) span.updateName('graphql.parseSchema');
  span.end();
}

function endValidate(span: Span, errors: unknown): void {
  contain('recording errors of a GraphQL validation', () => recordErrors(span, Array.isArray(errors) ? errors : []));
  span.end();
}

function fail(span: Span, error: unknown): void {
  try {
    recordErrors(span, [error]);
  } catch (fault) {
    contained('recording an error of GraphQL', fault);
  }
  span.end();
}

/** Options that only spans for resolvers have a meaning for. */
function asksForResolvers(options: Record<string, unknown>): boolean {
  return options['ignoreResolveSpans'] === false;
}

export function create(options: Record<string, unknown>): Instrumentation {
  if (!asksForResolvers(options)) return new GraphqlInstrumentation(options);
  const { GraphQLInstrumentation: Official } = requireBundled('@opentelemetry/instrumentation-graphql') as {
    GraphQLInstrumentation: new (options: Record<string, unknown>) => Instrumentation;
  };
  captureClock();
  api.diag.warn(
    'GraphQL resolvers have spans because of "ignoreResolveSpans": false. They come from @opentelemetry/instrumentation-graphql, which adds a key to context values and fails with frozen ones, and knows GraphQL 14 to 16.',
  );
  return new Official(options);
}
