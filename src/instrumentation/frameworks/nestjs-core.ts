/**
 * NestJS 4 to 12: the exception that a handler threw, on the server span.
 *
 * The route comes from the server below (Express or Fastify), which never hears of the exception: NestJS answers it itself.
 */
import type { IncomingMessage } from 'node:http';
import type { Instrumentation } from '@opentelemetry/instrumentation';
import { version } from '../../version.ts';
import { attempt, contain } from '../../runtime/contain.ts';
import { recordServerError } from '../http/server-request.ts';
import {
  InstrumentationBase,
  InstrumentationNodeModuleDefinition,
  InstrumentationNodeModuleFile,
} from '../loading/instrumentation-base.ts';

type Next = (
  this: unknown,
  exception: unknown,
  host: { getArgByIndex(index: number): IncomingMessage & { readonly raw?: IncomingMessage } },
) => unknown;

interface Exported {
  readonly ExceptionsHandler: { readonly prototype: { next: Next; [PATCHED]?: true } };
}

/** The one file that every exception of an HTTP handler comes through. Version 12 is made of ES modules. */
const EXCEPTIONS_HANDLER = '@nestjs/core/exceptions/exceptions-handler.js';
const VERSIONS = ['>=4.0.0 <13'];
const PATCHED = Symbol.for('signalbox.nestjs.patched');

class NestInstrumentation extends InstrumentationBase {
  constructor(options: Record<string, unknown>) {
    super('signalbox/nestjs-core', version, options);
  }

  protected override init() {
    const file = new InstrumentationNodeModuleFile(
      EXCEPTIONS_HANDLER,
      VERSIONS,
      (exported: Exported) => {
        const { prototype } = exported.ExceptionsHandler;
        if (prototype[PATCHED] === true) return exported;
        const record = (...thrown: Parameters<Next>): void => this.#record(...thrown);
        const { next } = prototype;
        prototype[PATCHED] = true;
        prototype.next = function (exception, host) {
          record(exception, host);
          return next.call(this, exception, host);
        };
        return exported;
      },
      () => {},
    );
    return [
      new InstrumentationNodeModuleDefinition(
        '@nestjs/core',
        VERSIONS,
        (exported) => exported,
        () => {},
        [file],
      ),
    ];
  }

  #record(exception: unknown, host: Parameters<Next>[1]): void {
    if (!this.isEnabled()) return;
    // Of what is no request over HTTP there is none.
    const request = attempt(() => host.getArgByIndex(0));
    if (typeof request === 'object' && request !== null)
      contain('recording an exception', () => recordServerError(request.raw ?? request, exception));
  }
}

export function create(options: Record<string, unknown>): Instrumentation {
  return new NestInstrumentation(options);
}
