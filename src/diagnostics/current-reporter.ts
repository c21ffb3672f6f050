import type { MessageCode } from '../names/messages.ts';
import type { Reporter } from './reporter.ts';

/** Where `startTelemetry` keeps what runs, in every copy of this package. */
const STATE = Symbol.for('signalbox.telemetry');

/** For helpers that applications call: said by the reporter of what runs. Nothing is said when nothing runs. */
export function say(code: MessageCode, message: string, about?: string): void {
  (globalThis as { [STATE]?: { readonly reporter: Reporter } })[STATE]?.reporter.say(code, message, about);
}
