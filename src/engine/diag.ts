/** What OpenTelemetry's own packages report goes the same way as what signalbox says: one line, once a minute. */
import { dirname, join } from 'node:path';
import type { Config } from '../config/config.ts';
import type { Reporter } from '../diagnostics/reporter.ts';
import { attempt, contained } from '../runtime/contain.ts';
import { api, registeringApi, require } from '../runtime/otel.ts';

const LONGEST = 400;
const DUPLICATE = /Attempted duplicate registration of API: (\w+)/;

export interface Diagnostics {
  /** What signalbox wanted to register, and another SDK had registered already: `trace`, `context` … */
  readonly refused: readonly string[];
  /** Everything of ours is registered: what is refused from now on is another SDK's. */
  registered(): void;
}

/** @throws when the application brought an `@opentelemetry/api` that has no logs: what comes next would fail with less to say. */
export function sayDiagnostics(reporter: Reporter, level: Config['logLevel']): Diagnostics {
  const { DiagLogLevel } = api;
  const { diag, logs }: Partial<ReturnType<typeof registeringApi>> = registeringApi();
  if (logs === undefined)
    throw new Error(
      `@opentelemetry/api must be 1.10 or a later 1.x, got ${apiVersion()}. Install @opentelemetry/api@1.10 in the application`,
    );
  const levels = {
    none: DiagLogLevel.NONE,
    error: DiagLogLevel.ERROR,
    warn: DiagLogLevel.WARN,
    info: DiagLogLevel.WARN,
    debug: DiagLogLevel.DEBUG,
  };
  const refused: string[] = [];
  let isStarting = true;

  function sayRefused(name: string): void {
    if (isStarting) refused.push(name);
    // One SDK registers five things, and is one mistake.
    else
      reporter.say(
        'other-provider',
        `signalbox must be the only SDK that registers with OpenTelemetry, but the application registers another one as well. It was refused (first for "${name}"): signalbox keeps exporting, the other receives nothing. Remove the other SDK's set-up.`,
      );
  }
  const say =
    (at: 'error' | 'warn' | 'debug') =>
    (...args: unknown[]) => {
      try {
        const message = args.map(show).join(' ').split('\n', 1)[0]?.slice(0, LONGEST) ?? '';
        const name = DUPLICATE.exec(message)?.[1];
        if (name === undefined) reporter.say(`otel.${at}`, `OpenTelemetry: ${message}`, message.slice(0, 60));
        else sayRefused(name);
      } catch (error) {
        // A message that cannot be shown is not worth an error in the code that reports it.
        contained('saying what OpenTelemetry reports', error);
      }
    };
  if (levels[level] !== DiagLogLevel.NONE) {
    diag?.setLogger(
      { error: say('error'), warn: say('warn'), info: say('debug'), debug: say('debug'), verbose: say('debug') },
      { logLevel: levels[level], suppressOverrideMessage: true },
    );
  }
  return {
    refused,
    registered() {
      isStarting = false;
    },
  };
}

/** @param others - what another SDK had registered before: `trace`, `context` … Nothing is said without any. */
export function sayOtherSdk(others: readonly string[], reporter: Reporter): void {
  if (others.length === 0) return;
  reporter.say(
    'other-provider',
    `signalbox must be the first to register with OpenTelemetry, but another SDK already registered its ${others.join(', ')}. What is recorded there does not come through signalbox. Remove the other SDK, or load signalbox before it.`,
  );
}

function apiVersion(): string {
  // `build/src/index.js`; its package.json is not among its exports.
  return attempt(() => {
    const { version } = require(join(dirname(require.resolve('@opentelemetry/api')), '../../package.json')) as { version: string };
    return version;
  }, 'an older one');
}

function show(value: unknown): string {
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  return typeof value === 'string' ? value : JSON.stringify(value);
}
