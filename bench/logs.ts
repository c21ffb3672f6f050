/**
 * What one log line costs that has the ids of its span, to a file descriptor: signalbox beside winston, winston with the official
 * instrumentation, and pino with a mixin. Processor time of all threads, in one process each, one after the other; the least of twelve rounds of 20,000 lines.
 *
 *     npm run build && node bench/logs.ts
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { join } from 'node:path';
import { BENCH } from './variants.ts';

const LOGGERS = [
  'signalbox, each line at once',
  'signalbox, buffered',
  'winston, JSON',
  'winston + instrumentation-winston',
  'pino + mixin, each line at once',
  'pino + mixin, buffered',
];
const QUIET = { OTEL_TRACES_EXPORTER: 'none', OTEL_METRICS_EXPORTER: 'none', OTEL_LOGS_EXPORTER: 'none', SIGNALBOX_LOG_LEVEL: 'none' };
const target = openSync('/dev/null', 'w');

console.log('ns per line                          plain   with two fields');
for (const logger of LOGGERS) {
  const execArgv = logger.startsWith('signalbox') ? ['--require', join(BENCH, '../dist/register.js')] : [];
  const child = fork(join(BENCH, 'apps/logs.cjs'), [logger], {
    execArgv,
    env: { PATH: process.env['PATH'], ...QUIET },
    stdio: ['ignore', target, 'inherit', 'ipc'],
  });
  const [{ plain, fields }] = (await once(child, 'message')) as [{ plain: number; fields: number }];
  console.log(`${logger.padEnd(34)} ${plain.toFixed(0).padStart(7)} ${fields.toFixed(0).padStart(17)}`);
}
