import type { Context } from '@opentelemetry/api';
import { api } from '../../runtime/otel.ts';

/** Called once, and must not throw. @param outcome - what was returned at last, or thrown. */
export type End = (isFailed: boolean, outcome: unknown) => void;

/** Who waits for the end of what a function returned. */
export interface Follower {
  readonly end: End;
  /** What runs of the work later runs here. @default where it is asked to run */
  readonly context?: Context;
}

/** Run a step of the work. */
export function inContext<T>(context: Context | undefined, step: () => T): T {
  return context === undefined ? step() : api.context.with(context, step);
}

export function once(end: End): End {
  let isOver = false;
  return (isFailed, outcome) => {
    if (isOver) return;
    isOver = true;
    end(isFailed, outcome);
  };
}
