/** Who hears of the requests that a server answers: `signalbox/logging`, when it is loaded. Without it, this costs one comparison. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Context } from '@opentelemetry/api';
import type { LogScope } from './log-context.ts';

export interface EndedRequest {
  readonly request: IncomingMessage;
  /** In which it was answered. */
  readonly context: Context;
  /** Its bound fields, where no context carries them. */
  readonly scope?: LogScope | undefined;
  /** With parameters as placeholders (`/orders/:id`); `undefined` when nobody named it. */
  readonly route: string | undefined;
  /** `undefined` where none was sent to the client. */
  readonly status: number | undefined;
  readonly durationMs: number;
  /** Why it failed, as on its span. */
  readonly errorType: string | undefined;
}

/** Must not throw. */
export interface RequestWatcher {
  /** Before the handlers run. @returns the context in which they do. */
  begin(request: IncomingMessage, response: ServerResponse, context: Context): Context;
  /** After the span of the request has ended. */
  end(request: EndedRequest): void;
}

interface Requests {
  watcher: RequestWatcher | undefined;
}

const SLOT = Symbol.for('signalbox.requests');

/** One for all copies of this package in the process. */
export const requests: Requests = ((globalThis as { [SLOT]?: Requests })[SLOT] ??= { watcher: undefined });
