/** Learns that a worker thread ends by itself, by `process.exit()` or by an uncaught error; one that is terminated hears of nothing. */
import { contain } from '../runtime/contain.ts';
import { wrapProcessFunction } from './process-functions.ts';

export interface WorkerEndHandlers {
  /** An uncaught error; the thread ends unless the application handles it. */
  onCrash(error: unknown, origin: string): void;
  /** After the application's own `exit` listeners. */
  onExit(): void;
}

export function watchWorkerEnd({ onCrash, onExit }: WorkerEndHandlers): void {
  wrapProcessFunction(
    'emit',
    (emit) =>
      function (...args) {
        const [event, error, origin] = this === process ? args : [];
        if (event === 'uncaughtExceptionMonitor') contain('recording a crash', () => onCrash(error, String(origin)));
        try {
          return Reflect.apply(emit, this, args);
        } finally {
          if (event === 'exit') contain('the end of a worker thread', onExit);
        }
      },
  );
}
