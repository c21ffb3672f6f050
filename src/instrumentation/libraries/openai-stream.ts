import type { Call } from './openai-call.ts';

/** What of openai's class `Stream` is used. */
interface Stream {
  iterator: (this: unknown, ...args: unknown[]) => AsyncIterator<unknown>;
  readonly controller: object;
}
type Step = (this: unknown, ...args: unknown[]) => Promise<IteratorResult<unknown>>;

export function isStream(body: unknown): body is Stream {
  if (typeof body !== 'object' || body === null) return false;
  const { controller, iterator } = body as Partial<Stream>;
  return typeof iterator === 'function' && typeof controller === 'object' && Symbol.asyncIterator in body;
}

/** The call ends with the stream: when it is read to its end, left, or broken off. Every way to read it begins with `iterator`. */
export function followStream(stream: Stream, call: Call): void {
  const { iterator } = stream;
  stream.iterator = function (...args) {
    const parts = Reflect.apply(iterator, this, args) as AsyncIterator<unknown>;
    for (const name of ['next', 'return', 'throw'] as const) {
      const step = parts[name] as Step | undefined;
      if (typeof step !== 'function') continue;
      // On the generator itself, which so stays what it is.
      Object.defineProperty(parts, name, { value: followStep(step, name !== 'next', call), configurable: true, writable: true });
    }
    return parts;
  };
}

function followStep(step: Step, isLast: boolean, call: Call): Step {
  return async function (...args) {
    try {
      const result = await Reflect.apply(step, this, args);
      if (result.done === true || isLast) call.end();
      else call.read(result.value);
      return result;
    } catch (error) {
      call.fail(error);
      throw error;
    }
  };
}
