/**
 * `fetch` and undici: the official instrumentation, but that it adds its headers beside those of the same names. Who passes on the
 * headers of a request that came in would send two `traceparent`, and the next service would begin a trace of its own.
 */
import type { Instrumentation } from '@opentelemetry/instrumentation';
import { attempt } from '../../runtime/contain.ts';
import { requireBundled } from '../../runtime/otel.ts';
import { captureClock } from '../loading/capture-clock.ts';
import { isReplaced } from './http-semantics.ts';

interface Message {
  readonly request: Request;
}

/** What of the official class is used; exact versions are pinned, and a test fails when it changes. */
type Official = new (options: Record<string, unknown>) => Instrumentation & {
  onRequestCreated(message: Message): void;
  onError(message: Message & { error: unknown }): void;
};

/** Names and values by turns, or, of undici 5, as they are sent. */
interface Request {
  headers?: unknown[] | string;
  readonly body?: unknown;
}

export function create(options: Record<string, unknown>): Instrumentation {
  const { UndiciInstrumentation } = requireBundled('@opentelemetry/instrumentation-undici') as { UndiciInstrumentation: Official };
  captureClock();
  return new (class extends UndiciInstrumentation {
    override onRequestCreated(message: Message): void {
      const { request } = message;
      const given = request.headers?.length ?? 0;
      super.onRequestCreated(message);
      if (Array.isArray(request.headers)) request.headers = withoutReplaced(request.headers, given);
      else if (typeof request.headers === 'string') request.headers = linesWithoutReplaced(request.headers, given);
    }
    /** The code of a `DOMException` is a number: of a time-out, `error.type` would be 23. */
    override onError(message: Message & { error: unknown }): void {
      const { error, request } = message;
      if (isOnlyAReason(error) || isOwnError(error, request)) return super.onError({ ...message, error: { name: 'AbortError' } });
      const isNumbered = error instanceof DOMException && error.name !== 'AbortError';
      super.onError(isNumbered ? { ...message, error: withoutCode(error) } : message);
    }
  })(options);
}

/** What is no error was given to `abort(reason)` or `cancel(reason)`: a request that its own program gave up is none. */
function isOnlyAReason(error: unknown): boolean {
  return !(error instanceof Error) && attempt(() => typeof (error as { name?: unknown } | null)?.name !== 'string', true);
}

/**
 * An error of the application's own, given to `abort(error)`: what undici, sockets and TLS fail with has a code. A body that
 * fails as it is read throws errors of the application too, so nothing is assumed of requests that have one.
 */
function isOwnError(error: unknown, { body }: Request): boolean {
  if ((body !== undefined && body !== null) || !(error instanceof Error) || error instanceof DOMException) return false;
  return attempt(() => !('code' in error) && error.name !== 'TimeoutError', false);
}

function withoutCode({ name, message, stack }: DOMException): object {
  return { name, message, stack };
}

function withoutReplaced(headers: unknown[], given: number): unknown[] {
  const added = new Set(headers.slice(given).filter((_, index) => index % 2 === 0));
  if (added.size === 0) return headers;
  return headers.filter((_, index) => {
    const name = headers[index - (index % 2)];
    return index >= given || typeof name !== 'string' || !isReplaced(name, added);
  });
}

function linesWithoutReplaced(headers: string, given: number): string {
  const nameOf = (line: string): string => line.slice(0, Math.max(0, line.indexOf(':')));
  const added = new Set<unknown>(headers.slice(given).split('\r\n').map(nameOf).filter(Boolean));
  const lines = headers.slice(0, given).split('\r\n');
  return lines.filter((line) => !isReplaced(nameOf(line), added)).join('\r\n') + headers.slice(given);
}
