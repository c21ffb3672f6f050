/**
 * Libraries that emit by the older `@opentelemetry/api-logs` look for a provider in its own global; without one, their
 * records go nowhere.
 */
import type { Logger, LoggerOptions } from '@opentelemetry/api';
import { attempt } from '../../runtime/contain.ts';
import { api } from '../../runtime/otel.ts';
import { readEach } from '../../values/read-properties.ts';
import type { OldApiLoggerProvider } from './logger-provider.ts';

const OLD_GLOBAL = Symbol.for('io.opentelemetry.js.api.logs');
/** `API_BACKWARDS_COMPATIBILITY_VERSION` of every release of that package. */
const OLD_VERSION = 1;
const OLD_OPTION_NAMES = ['schemaUrl', 'scopeAttributes', 'includeTraceContext'] as const;

/**
 * Register `provider` in the older global, unless somebody else did.
 *
 * @returns a function that takes it out again.
 */
export function carryOldLogsApi(provider: OldApiLoggerProvider): () => void {
  const globals = globalThis as { [OLD_GLOBAL]?: unknown };
  if (globals[OLD_GLOBAL] !== undefined) return () => {};
  const oldProvider = { getLogger: (name: string, version?: string, options?: unknown) => getLogger(provider, name, version, options) };
  const accessor = (version: unknown): unknown => (version === OLD_VERSION ? oldProvider : undefined);
  globals[OLD_GLOBAL] = accessor;
  return () => {
    if (globals[OLD_GLOBAL] === accessor) delete globals[OLD_GLOBAL];
  };
}

function getLogger(provider: OldApiLoggerProvider, name: string, version: string | undefined, options: unknown): Logger {
  if (typeof options !== 'object' || options === null) return provider.getOldApiLogger(name, version);
  const { schemaUrl, scopeAttributes, includeTraceContext } = readEach(options, OLD_OPTION_NAMES);
  const logger = provider.getOldApiLogger(name, version, { schemaUrl, attributes: scopeAttributes } as LoggerOptions);
  return includeTraceContext === false ? withoutTraceContext(logger) : logger;
}

function withoutTraceContext(logger: Logger): Logger {
  return {
    enabled: (options) => logger.enabled(options),
    emit(record) {
      // Where a getter throws, the logger reads what can be read.
      logger.emit(attempt(() => ({ context: api.ROOT_CONTEXT, ...record }), record));
    },
  };
}
