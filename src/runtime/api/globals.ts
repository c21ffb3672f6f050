/**
 * Where all copies of `@opentelemetry/api` of one major look for what is registered. To write there is to register.
 *
 * @see https://github.com/open-telemetry/opentelemetry-js/blob/main/api/src/internal/global-utils.ts
 */
import type { ContextManager, DiagLogger, LoggerProvider, MeterProvider, TextMapPropagator, TracerProvider } from '@opentelemetry/api';

/** The release of the API that signalbox implements: copies that are as old or older in their minor use what it registers. */
export const API_VERSION = '1.10.0';
const KEY = Symbol.for('opentelemetry.js.api.1');
const COMPATIBLE = /^1\.(\d+)\.\d+$/;
const OWN_MINOR = 10;

export interface ApiGlobals {
  readonly version: string;
  context?: ContextManager;
  propagation?: TextMapPropagator;
  trace?: TracerProvider;
  metrics?: MeterProvider;
  logs?: LoggerProvider;
  diag?: DiagLogger;
}

const holder = globalThis as { [KEY]?: ApiGlobals };
let compatible: ApiGlobals | undefined;

/** What copies of the API have in common now, if any has begun. */
export function apiGlobals(): ApiGlobals | undefined {
  return holder[KEY];
}

/** What is registered; nothing where the one who began is older than what we know. */
export function registered<Name extends Exclude<keyof ApiGlobals, 'version'>>(name: Name): ApiGlobals[Name] | undefined {
  const globals = holder[KEY];
  if (globals === undefined) return undefined;
  if (globals !== compatible) {
    const [, minor] = COMPATIBLE.exec(globals.version) ?? [];
    if (minor === undefined || Number(minor) < OWN_MINOR) return undefined;
    compatible = globals;
  }
  return globals[name];
}

/** Returns whether it is registered now: not where somebody else was before, which is said by `diag`. */
export function register<Name extends Exclude<keyof ApiGlobals, 'version' | 'diag'>>(
  name: Name,
  instance: NonNullable<ApiGlobals[Name]>,
): boolean {
  const globals = begin();
  if (globals[name] !== undefined || globals.version !== API_VERSION) {
    globals.diag?.error(`@opentelemetry/api: Attempted duplicate registration of API: ${name}`);
    return false;
  }
  globals[name] = instance;
  return true;
}

/** Diagnostics may be taken over from whoever had them. */
export function registerDiag(logger: DiagLogger): boolean {
  const globals = begin();
  if (globals.version !== API_VERSION) return false;
  globals.diag = logger;
  return true;
}

export function unregister(name: Exclude<keyof ApiGlobals, 'version'>): void {
  delete holder[KEY]?.[name];
}

function begin(): ApiGlobals {
  return (holder[KEY] ??= Object.defineProperty({}, 'version', { value: API_VERSION, enumerable: true }) as ApiGlobals);
}
