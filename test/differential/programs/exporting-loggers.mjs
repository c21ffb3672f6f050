// node --import signalbox/register test/differential/programs/exporting-loggers.mjs pino
import * as exporting from '@opentelemetry/winston-transport';
import run from './exporting-loggers.app.cjs';

const { default: library } = await import(process.argv[2].split(',')[0]);
void run(library, exporting);
