import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { meaningOf, wantsListener, type EventMeaning, type EventSituation, type FatalSignal } from '../../../src/process/end-event.ts';

const OURS = (): void => {};
const THEIRS = (): void => {};

function situation(listens: Partial<Record<FatalSignal, 'us' | 'application'>>, more: Partial<EventSituation> = {}): EventSituation {
  return {
    isOurs: (signal) => listens[signal] === 'us',
    isOurListener: (_signal, listener) => listener === OURS,
    isHandled: (signal) => listens[signal] === 'application',
    hasLookedForSignals: false,
    isAdjusting: false,
    ...more,
  };
}

const ALONE = situation({ SIGTERM: 'us', SIGINT: 'us' });
const HANDLED = situation({ SIGTERM: 'application', SIGINT: 'application' });

const ROWS: readonly (readonly [name: string, args: readonly unknown[], at: EventSituation, means: EventMeaning])[] = [
  ['exit is the end', ['exit', 0], ALONE, 'exiting'],
  ['an empty loop may hide a signal that came while it was busy', ['beforeExit', 0], ALONE, 'look-for-signals'],
  ['an empty loop that was looked at has nothing left', ['beforeExit', 0], { ...ALONE, hasLookedForSignals: true }, 'nothing-left'],
  ['an empty loop hides no signal where the application handles them', ['beforeExit', 0], HANDLED, 'nothing-left'],
  ['an uncaught error', ['uncaughtExceptionMonitor', new Error('lost'), 'uncaughtException'], ALONE, 'uncaught'],
  ['an uncaught error that is handled', ['uncaughtException', new Error('lost')], ALONE, 'uncaught-handled'],
  ['a signal that nobody handles is ours', ['SIGTERM', 'SIGTERM', 15], ALONE, 'signal-ours'],
  ['a signal emitted by hand brings no number', ['SIGTERM', 'SIGTERM'], ALONE, 'signal-emitted-by-hand'],
  ['a signal that the application handles is its affair', ['SIGTERM', 'SIGTERM', 15], HANDLED, 'signal-handled'],
  ['so is one that it emits by hand', ['SIGTERM'], HANDLED, 'signal-handled'],
  ['a signal that nobody listens to', ['SIGHUP', 'SIGHUP', 1], ALONE, 'unrelated'],
  ['a signal that does not end a process', ['SIGWINCH', 'SIGWINCH', 28], ALONE, 'unrelated'],
  ['a listener of the application comes', ['newListener', 'SIGTERM', THEIRS], ALONE, 'own-listener-comes'],
  ['a listener of ours comes', ['newListener', 'SIGTERM', OURS], ALONE, 'unrelated'],
  ['a listener of something else comes', ['newListener', 'exit', THEIRS], ALONE, 'unrelated'],
  ['a listener of the application went', ['removeListener', 'SIGTERM', THEIRS], HANDLED, 'own-listener-went'],
  ['a listener that we take away', ['removeListener', 'SIGTERM', OURS], { ...ALONE, isAdjusting: true }, 'unrelated'],
  ['a listener of something else went', ['removeListener', 'exit', THEIRS], ALONE, 'unrelated'],
  ['any other event', ['message', 'SIGTERM', 15], ALONE, 'unrelated'],
  ['an event that is a symbol', [Symbol('SIGTERM'), 'SIGTERM', 15], ALONE, 'unrelated'],
];

describe('what an event of the process means for its end', () => {
  for (const [name, [event, first, second], at, means] of ROWS) {
    it(`${name}: ${means}`, () => {
      assert.equal(meaningOf(event, first, second, at), means);
    });
  }
});

describe('a listener of ours for a signal', () => {
  it('is there while the application has none and the process can come back to its loop', () => {
    for (const stage of ['watching', 'exporting'] as const) {
      assert.equal(wantsListener(stage, 0), true);
      assert.equal(wantsListener(stage, 1), false);
    }
  });

  it('is gone once nothing comes back to the loop, and when the watch is over', () => {
    for (const stage of ['leaving', 'over'] as const) assert.equal(wantsListener(stage, 0), false);
  });
});
