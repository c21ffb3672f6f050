/**
 * What signalbox costs, beside a bare server and beside the stock OpenTelemetry preload. See README.md.
 *
 * `node bench.ts [--check] [--json] [--start-ups N] [--rounds N] [--seconds N] [--warm-up N]`
 */
import { parseArgs } from 'node:util';
import { countModules, measureStartUp, measureSteady, type Setting } from './measure.ts';
import { prepare, versions } from './prepare.ts';
import { leaveServerCore, startHelper } from './processes.ts';
import { check, render, type Results } from './report.ts';
import { environment } from './variants.ts';

const FULL = { startUps: 15, rounds: 5, seconds: 8, warmUpSeconds: 3 };
const SHORT = { startUps: 9, rounds: 3, seconds: 4, warmUpSeconds: 2 };

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      check: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      'start-ups': { type: 'string' },
      rounds: { type: 'string' },
      seconds: { type: 'string' },
      'warm-up': { type: 'string' },
    },
  });
  const defaults = values.check ? SHORT : FULL;
  const size = {
    startUps: count('start-ups', values['start-ups'], defaults.startUps),
    rounds: count('rounds', values.rounds, defaults.rounds),
    seconds: count('seconds', values.seconds, defaults.seconds),
    warmUpSeconds: count('warm-up', values['warm-up'], defaults.warmUpSeconds),
  };

  prepare();
  const results = await measure(size);
  process.stdout.write(values.json ? `${JSON.stringify(results, undefined, 2)}\n` : `${render(results)}\n`);
  if (!values.check) return;
  const said = values.json ? process.stderr : process.stdout;
  said.write('\n');
  for (const { passed, text } of check(results)) {
    said.write(`${passed ? 'ok  ' : 'FAIL'} ${text}\n`);
    if (!passed) process.exitCode = 1;
  }
}

async function measure(size: typeof FULL): Promise<Results> {
  await leaveServerCore();
  const [sink, upstream] = await Promise.all([startHelper('sink'), startHelper('upstream')]);
  try {
    const setting: Setting = { env: environment(sink.url, upstream.url), sink, onStep: (step) => void process.stderr.write(`${step}\n`) };
    const startUp = await measureStartUp(setting, size.startUps);
    const modules = await countModules(setting);
    const steady = await measureSteady(setting, size);
    return { versions: versions(), startUp, modules, steady };
  } finally {
    await Promise.all([sink.stop(), upstream.stop()]);
  }
}

function count(option: string, given: string | undefined, otherwise: number): number {
  if (given === undefined) return otherwise;
  if (/^[1-9]\d*$/.test(given)) return Number(given);
  throw new Error(`--${option} must be a whole number from 1 on, got "${given}". Nothing is measured.`);
}

try {
  await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
