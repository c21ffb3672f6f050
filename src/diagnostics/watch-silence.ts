/** Says what `silence.ts` finds: what follows from the settings with the start line, the rest as soon as it shows. */
import type { Config } from '../config/config.ts';
import { setTimeout } from '../runtime/captured.ts';
import { attempt } from '../runtime/contain.ts';
import { require } from '../runtime/otel.ts';
import type { Reporter } from './reporter.ts';
import { LOGGERS, silentCallers, silentLoggers, silentSettings, type Line } from './silence.ts';

/** After the start line, which comes within three seconds: an application has loaded its logger by then. */
const LOOK_FOR_LOGGERS_AFTER_MS = 4000;

export interface SilenceWatch {
  /** Soon after the start line, and before the end of the process; the second call does nothing. */
  started(serviceName: string): void;
  /** Callers sent so many requests with a trace, and none of them samples. */
  callersUnsampled(requests: number): void;
  /** The process ends, perhaps before it was time to look for loggers. */
  ended(): void;
}

export function watchSilence(config: Config, reporter: Reporter): SilenceWatch {
  const said = new Set<string>();
  let isStarted = false;
  function say(lines: readonly (Line | undefined)[]): void {
    for (const line of lines) {
      if (line === undefined || said.has(`${line.code} ${line.about}`)) continue;
      said.add(`${line.code} ${line.about}`);
      reporter.say(line.code, line.message, line.about);
    }
  }
  const sayLoggers = (): void => say(silentLoggers(loggersInUse(), config));
  return {
    started(serviceName) {
      if (isStarted) return;
      isStarted = true;
      say(silentSettings(config, serviceName));
      setTimeout(sayLoggers, LOOK_FOR_LOGGERS_AFTER_MS).unref();
    },
    callersUnsampled: (requests) => say([silentCallers(requests, config)]),
    ended: sayLoggers,
  };
}

const IN_PACKAGE = /[\\/]node_modules[\\/](winston|pino|bunyan)[\\/](?!.*[\\/]node_modules[\\/])/;
/** Loads pino whether it is to log or not. */
const LOADS_UNASKED = /[\\/]node_modules[\\/]fastify[\\/]/;

/** Of the loggers that are known, those that the application or one of its libraries loaded. */
function loggersInUse(): string[] {
  const found = new Set<string>();
  for (const [path, module] of Object.entries(require.cache)) {
    const name = IN_PACKAGE.exec(path)?.[1];
    if (name === undefined || found.has(name)) continue;
    const by = attempt(() => module?.parent?.filename) ?? '';
    if (IN_PACKAGE.exec(by)?.[1] !== name && !LOADS_UNASKED.test(by)) found.add(name);
  }
  return LOGGERS.filter((name) => found.has(name));
}
