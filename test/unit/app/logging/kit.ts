import { LEVELS, RANK_INFO } from '../../../../src/names/log-levels.ts';
import { renderWithin } from '../../../../src/app/logging/fit-line.ts';
import { makeRecord } from '../../../../src/app/logging/make-record.ts';
import type { LogRecord } from '../../../../src/app/logging/record.ts';
import { renderEcs } from '../../../../src/app/logging/render-ecs.ts';
import { renderJson } from '../../../../src/app/logging/render-json.ts';
import { PLAIN_TEXT, renderPretty } from '../../../../src/app/logging/render-pretty.ts';
import type { Service } from '../../../../src/app/logging/service.ts';

export const SERVICE: Service = {
  name: 'shop',
  version: '1.4.2',
  environment: undefined,
  json: ',"service.name":"shop"',
  ecs: ',"service.name":"shop","service.version":"1.4.2"',
};

export interface RecordOptions {
  readonly logger?: string;
  readonly level?: (typeof LEVELS)[number];
  readonly maxLength?: number;
  readonly bindings?: readonly object[];
}

export function record(
  args: readonly unknown[],
  { logger = 'db', level, maxLength = 65_536, bindings = [] }: RecordOptions = {},
): LogRecord {
  return makeRecord({ logger, rank: level === undefined ? RANK_INFO : LEVELS.indexOf(level), bindings }, args, maxLength);
}

export const RENDERS = {
  json: (of: LogRecord) => renderJson(of, SERVICE),
  ecs: (of: LogRecord) => renderEcs(of, SERVICE),
  pretty: (of: LogRecord) => renderPretty(of, PLAIN_TEXT),
} as const;

export function lineOf(args: readonly unknown[], options: RecordOptions = {}, format: keyof typeof RENDERS = 'json'): string {
  return renderWithin(record(args, options), RENDERS[format], options.maxLength ?? 65_536);
}

/** What stands in the line of JSON beside what each line has. */
export function said(...args: unknown[]): Record<string, unknown> {
  const {
    timestamp: _time,
    level: _level,
    logger: _logger,
    'service.name': _service,
    ...rest
  } = JSON.parse(lineOf(args)) as Record<string, unknown>;
  return rest;
}
