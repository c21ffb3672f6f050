/**
 * openai 4 to 7: a span and the metrics of each operation of a model.
 *
 * What the client returns is a promise that asks for the body only when it is awaited, in one of several ways. It is left alone.
 * Followed are the request that all ways share (`makeRequest`), what parses its body once somebody asks for it, and the iterator
 * of a stream.
 */
import type { MeterProvider } from '@opentelemetry/api';
import type { Instrumentation } from '@opentelemetry/instrumentation';
import { version } from '../../version.ts';
import { contain } from '../../runtime/contain.ts';
import { api, requireBundled } from '../../runtime/otel.ts';
import { captureClock } from '../loading/capture-clock.ts';
import { describeRequest } from './openai-facts.ts';
import { createCall, modelMetrics, type Call, type Instruments } from './openai-call.ts';
import { followStream, isStream } from './openai-stream.ts';
import { replaceFunction } from './replace-function.ts';
import { InstrumentationBase, InstrumentationNodeModuleDefinition } from '../loading/instrumentation-base.ts';

interface Module {
  readonly default?: Module;
  readonly OpenAI?: { readonly prototype: object };
}
interface ApiPromise {
  responsePromise?: Promise<unknown>;
  parseResponse?: unknown;
}

class OpenaiInstrumentation extends InstrumentationBase {
  #instruments: Instruments | undefined;
  /** By the promise of `makeRequest`, and by what it gives. */
  readonly #calls = new WeakMap<object, Call>();

  constructor(options: Record<string, unknown>) {
    super('signalbox/openai', version, options);
  }

  protected override init() {
    return [
      new InstrumentationNodeModuleDefinition('openai', ['>=4.19.0 <8'], (exported: Module) => {
        const client = exported.OpenAI ?? exported.default?.OpenAI;
        if (client !== undefined) this.#patch(client.prototype);
        return exported;
      }),
    ];
  }

  override setMeterProvider(provider: MeterProvider): void {
    super.setMeterProvider(provider);
    this.#instruments = modelMetrics(this.meter);
  }

  #patch(prototype: object): void {
    const owner = ownerOf(prototype, 'makeRequest');
    if (owner === undefined) return;
    replaceFunction(owner, 'makeRequest', (original) => this.#followRequest(original));
    const hasParser = ownerOf(prototype, 'parseResponseWithTimeout');
    if (hasParser !== undefined) replaceFunction(hasParser, 'parseResponseWithTimeout', (original) => this.#followParser(original));
    const requester = ownerOf(prototype, 'request');
    if (requester === undefined) return;
    replaceFunction(requester, 'request', (original) => {
      const follow = (promise: unknown): void =>
        contain('following a promise of openai', () => this.#followPromise(promise, hasParser === undefined));
      return function request(this: unknown, ...args: unknown[]): unknown {
        const promise: unknown = Reflect.apply(original, this, args);
        follow(promise);
        return promise;
      };
    });
  }

  /** What is asked for is known once the options are there, which are a promise most of the time. */
  #followRequest(original: Function): Function {
    const calls = this.#calls;
    const begin = (client: unknown, options: unknown): Call | undefined => this.#begin(client, options);
    const isEnabled = (): boolean => this.isEnabled();
    async function run(client: unknown, [given, ...rest]: unknown[], wasAskedRaw: () => boolean): Promise<unknown> {
      const options = await given;
      const call = begin(client, options);
      if (call === undefined) return Reflect.apply(original, client, [options, ...rest]) as unknown;
      try {
        const answer: unknown = await api.context.with(call.context, () => Reflect.apply(original, client, [options, ...rest]) as unknown);
        if (typeof answer === 'object' && answer !== null) calls.set(answer, call);
        call.answered(wasAskedRaw);
        return answer;
      } catch (error) {
        call.fail(error);
        throw error;
      }
    }
    const asked = this.#askedRaw;
    return function makeRequest(this: unknown, ...args: unknown[]): unknown {
      // A retry is within the call that it repeats.
      if (!isEnabled() || args[2] !== undefined || (args.length === 2 && typeof args[1] === 'number'))
        return Reflect.apply(original, this, args);
      const promise: Promise<unknown> = run(this, args, () => asked.has(promise));
      return promise;
    };
  }

  /** Requests whose response was asked for as it is. */
  readonly #askedRaw = new WeakSet<object>();

  #begin(client: unknown, options: unknown): Call | undefined {
    return contain('beginning a request to OpenAI', () => {
      const request = describeRequest(options, (client as { baseURL?: unknown }).baseURL);
      return request === undefined ? undefined : createCall(this.tracer, request, this.#instruments);
    });
  }

  #followParser(original: Function): Function {
    const callOf = (args: readonly unknown[]): Call | undefined => this.#callOf(args);
    return function parseResponse(this: unknown, ...args: unknown[]): unknown {
      const call = callOf(args);
      const parsed: unknown = Reflect.apply(original, this, args);
      return call === undefined ? parsed : parsedBy(call, parsed);
    };
  }

  /** Before openai 5 it gets one argument. */
  #callOf(args: readonly unknown[]): Call | undefined {
    const answer = args.at(-1);
    return typeof answer === 'object' && answer !== null ? this.#calls.get(answer) : undefined;
  }

  /** @param parsesItself - whether the promise has a parser of its own, as before openai 7. */
  #followPromise(promise: unknown, parsesItself: boolean): void {
    if (typeof promise !== 'object' || promise === null) return;
    const lazy = promise as ApiPromise;
    if (parsesItself && typeof lazy.parseResponse === 'function') lazy.parseResponse = this.#followParser(lazy.parseResponse);
    const asked = this.#askedRaw;
    const owner = ownerOf(promise, 'asResponse');
    if (owner === undefined) return;
    replaceFunction(owner, 'asResponse', (original) => {
      return function asResponse(this: ApiPromise, ...args: unknown[]): unknown {
        if (this.responsePromise !== undefined) asked.add(this.responsePromise);
        return Reflect.apply(original, this, args);
      };
    });
  }
}

async function parsedBy(call: Call, parsed: unknown): Promise<unknown> {
  call.isParsed = true;
  try {
    const body = await parsed;
    contain('reading an answer of OpenAI', () => (isStream(body) ? followStream(body, call) : call.end(body)));
    return body;
  } catch (error) {
    call.fail(error);
    throw error;
  }
}

function ownerOf(object: object, name: string): object | undefined {
  let owner: object | null = object;
  while (owner !== null && !Object.hasOwn(owner, name)) owner = Object.getPrototypeOf(owner) as object | null;
  return owner ?? undefined;
}

/** @param options - of the official instrumentation; `captureMessageContent` is for that one alone. */
export function create(options: Record<string, unknown>): Instrumentation {
  if (options['captureMessageContent'] !== true) return new OpenaiInstrumentation(options);
  const { OpenAIInstrumentation: Official } = requireBundled('@opentelemetry/instrumentation-openai') as {
    OpenAIInstrumentation: new (options: Record<string, unknown>) => Instrumentation;
  };
  captureClock();
  api.diag.warn(
    'What is said to OpenAI is recorded because of "captureMessageContent": true. That is by @opentelemetry/instrumentation-openai, with which parse() and asResponse() throw, and which knows openai 4 to 6.',
  );
  return new Official(options);
}
