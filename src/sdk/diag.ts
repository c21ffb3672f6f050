/** What OpenTelemetry's own packages report goes the same way as what signalbox says: one line, once a minute. */
import type { Config } from '../config/config.ts';
import type { Level, Reporter } from '../diagnostics/reporter.ts';
import { api } from './otel.ts';

const LONGEST = 400;

export function sayDiagnostics(reporter: Reporter, level: Config['logLevel']): void {
  const { DiagLogLevel } = api;
  const levels = { none: DiagLogLevel.NONE, error: DiagLogLevel.ERROR, warn: DiagLogLevel.WARN, info: DiagLogLevel.WARN, debug: DiagLogLevel.DEBUG };
  if (levels[level] === DiagLogLevel.NONE) return;
  const say = (at: Level) => (...args: unknown[]) => {
    try {
      const message = args.map(show).join(' ').split('\n', 1)[0]?.slice(0, LONGEST) ?? '';
      const duplicate = /Attempted duplicate registration of API: (\w+)/.exec(message);
      if (duplicate !== null) {
        reporter.say('warn', `other-provider.${duplicate[1]}`, `signalbox must be the only SDK that registers with OpenTelemetry, but the application registered another one for "${duplicate[1]}". It was refused: signalbox keeps exporting, the other receives nothing. Remove the other SDK's set-up.`);
      } else {
        reporter.say(at, `otel.${message.slice(0, 60)}`, `OpenTelemetry: ${message}`);
      }
    } catch {
      // A message that cannot be shown is not worth an error in the code that reports it.
    }
  };
  api.diag.setLogger({ error: say('error'), warn: say('warn'), info: say('debug'), debug: say('debug'), verbose: say('debug') }, { logLevel: levels[level], suppressOverrideMessage: true });
}

function show(value: unknown): string {
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  return typeof value === 'string' ? value : JSON.stringify(value);
}
