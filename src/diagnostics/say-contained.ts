import type { OnContained } from '../runtime/contain.ts';
import { errorText } from './error-text.ts';
import type { Reporter } from './reporter.ts';

/** Says a fault of signalbox that was contained: at `debug`, and at `warn` when something does nothing from then on. */
export function sayContained(reporter: Reporter): OnContained {
  return (what, error, isOff) => {
    const text = `signalbox failed in ${what}: ${errorText(error)}.`;
    if (isOff) reporter.say('feature-off', `${text} It is switched off from now on; the application and all else go on.`, what);
    else reporter.say('contained', `${text} The application goes on. ${stackOf(error)}`, what);
  };
}

function stackOf(error: unknown): string {
  return error instanceof Error && typeof error.stack === 'string' ? error.stack.split('\n').slice(1, 6).join(' ') : '';
}
