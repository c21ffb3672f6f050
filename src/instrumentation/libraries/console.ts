/**
 * `console`, when `SIGNALBOX_CONSOLE` asks for it: each call once as an OpenTelemetry log record, with the ids of the active span. Node.js
 * publishes the calls, so nothing is wrapped, and what is printed stays as it is.
 */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { formatWithOptions, inspect, types } from 'node:util';
import type { LoggerProvider, SeverityNumber } from '@opentelemetry/api';
import { attempt, contain } from '../../runtime/contain.ts';
import { version } from '../../version.ts';

/** `console.trace` comes on the channel of `error`. */
const SEVERITIES: Readonly<Record<string, SeverityNumber>> = { debug: 5, log: 9, info: 9, warn: 13, error: 17 };
const MAX_LENGTH = 65_536;
const ESCAPE = '\u001b';
const ANSI_COLORS = new RegExp(`${ESCAPE}\\[[\\d;]*m`, 'g');

/** As it is printed, without calling functions of the application once more: what has one that says how it prints is named by its class. */
function textOf(args: readonly unknown[]): string | undefined {
  return attempt(() => formatWithOptions({ customInspect: false }, ...args.map(harmless)).slice(0, MAX_LENGTH));
}

function harmless(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (types.isProxy(value)) return '[Proxy]';
  const { [inspect.custom]: custom, constructor } = value as { [inspect.custom]?: unknown; constructor?: { name?: unknown } };
  return typeof custom === 'function' ? `[${String(constructor?.name ?? 'Object')}]` : value;
}

/** @returns a function that takes it back. */
export function watchConsole(provider: LoggerProvider): () => void {
  const logger = provider.getLogger('signalbox/console', version);
  /** What is asked how it prints may print itself. */
  let isBusy = false;
  const listeners = Object.entries(SEVERITIES).map(([method, severityNumber]) => {
    const channel = `console.${method}`;
    const onCall = (args: unknown): void => {
      if (isBusy || !logger.enabled()) return;
      isBusy = true;
      contain('exporting a call of console', () => {
        const body = textOf(args as unknown[]);
        if (body === undefined) return;
        const error = (args as unknown[]).find((each) => attempt(() => types.isNativeError(each), false));
        logger.emit({
          severityNumber,
          severityText: method === 'log' ? 'info' : method,
          body: body.includes(ESCAPE) ? body.replace(ANSI_COLORS, '') : body,
          ...(error === undefined ? {} : { exception: error }),
        });
      });
      isBusy = false;
    };
    subscribe(channel, onCall);
    return () => void unsubscribe(channel, onCall);
  });
  return () => listeners.forEach((stop) => stop());
}
