/** Takes back what start-up has done, when it fails half way: the application runs as if it had not begun. */
import { api } from '../runtime/otel.ts';

export interface Undo {
  /** Remember how to take back what was just done. */
  add(step: () => unknown): void;
  /** Take back everything, the last first. Never throws. */
  run(): void;
}

/** What `build` makes; what it had done is taken back when it throws. */
export function orUndo<T>(build: (undo: Undo) => T): T {
  const undo = createUndo();
  try {
    return build(undo);
  } catch (error) {
    undo.run();
    throw error;
  }
}

function createUndo(): Undo {
  const steps: (() => unknown)[] = [];
  return {
    add: (step) => void steps.push(step),
    run() {
      for (const step of steps.splice(0).reverse()) {
        try {
          step();
        } catch {
          // The others are taken back all the same.
        }
      }
    },
  };
}

const GLOBALS = ['context', 'propagation', 'trace', 'metrics', 'logs'] as const;

/** Make the global providers of OpenTelemetry those of nobody. @param taken - those of another SDK, which stay. */
export function unregister(taken: readonly string[]): void {
  for (const name of GLOBALS) if (!taken.includes(name)) api[name].disable();
}
