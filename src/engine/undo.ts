/** Takes back what start-up has done, when it fails half way: the application runs as if it had not begun. */
import { contain } from '../runtime/contain.ts';

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
      // Each alone: the others are taken back all the same.
      for (const step of steps.splice(0).reverse()) contain('taking back a start that failed', step);
    },
  };
}
