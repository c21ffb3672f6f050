#!/usr/bin/env node
/** The command `signalbox`. */
import { readEnvironment } from '../config/early.ts';
import { version } from '../version.ts';
import { describeConfig } from './describe-config.ts';

const HELP = `signalbox ${version}: OpenTelemetry for Node.js services

Usage: signalbox <command>

Commands:
  config            print the settings that count in this environment, and what is wrong with them;
                    exits with 1 when something is wrong
  init              write the stack with its rules and dashboards into your own repository; see init --help
  rules write       write alert and recording rules for Prometheus, routes and templates for Alertmanager;
                    see rules --help
  dashboards write  write dashboards for Grafana; see dashboards --help
  stack test-alert  send an alert to Alertmanager and say who was told; see stack --help

Options:
  --help, -h     print this
  --version, -v  print the version

To run a service with telemetry: node --require signalbox/register app.js
`;

const WRONG_USE = 2;

function main(args: readonly string[]): number | Promise<number> {
  const [command, ...rest] = args;
  if (command === 'rules') return runRules(rest);
  if (command === 'dashboards') return runDashboards(rest);
  if (command === 'stack') return runStack(rest);
  if (command === 'init') return runInit(rest);
  const extra = rest[0];
  if (args.some((arg) => arg === '--help' || arg === '-h')) return print(HELP);
  if (command === '--version' || command === '-v') return print(`${version}\n`);
  if (command === 'config' && extra === undefined) {
    const { text, isRight } = describeConfig(readEnvironment());
    print(text);
    return isRight ? 0 : 1;
  }
  const got = command === undefined ? 'none' : JSON.stringify(command === 'config' ? extra : command);
  process.stderr.write(
    `signalbox: ${command === 'config' ? 'config takes no arguments' : 'the command must be config, init, rules, dashboards or stack'}, got ${got}. Nothing was done; see signalbox --help.\n`,
  );
  return WRONG_USE;
}

/** What builds the rules is loaded for it alone. */
async function runRules([action, ...args]: readonly string[]): Promise<number> {
  const { WRITE_RULES_HELP, writeRules } = await import('./write-rules.ts');
  if ([action, ...args].some((arg) => arg === '--help' || arg === '-h')) return print(WRITE_RULES_HELP);
  if (action === 'write') return writeRules(args);
  process.stderr.write(
    `signalbox: rules must be followed by write, got ${action === undefined ? 'none' : JSON.stringify(action)}. Nothing was done; see signalbox rules --help.\n`,
  );
  return WRONG_USE;
}

async function runInit(args: readonly string[]): Promise<number> {
  const { INIT_HELP, init } = await import('./init.ts');
  return args.some((arg) => arg === '--help' || arg === '-h') ? print(INIT_HELP) : init(args);
}

async function runDashboards([action, ...args]: readonly string[]): Promise<number> {
  const { WRITE_DASHBOARDS_HELP, writeDashboards } = await import('./write-dashboards.ts');
  if ([action, ...args].some((arg) => arg === '--help' || arg === '-h')) return print(WRITE_DASHBOARDS_HELP);
  if (action === 'write') return writeDashboards(args);
  process.stderr.write(
    `signalbox: dashboards must be followed by write, got ${action === undefined ? 'none' : JSON.stringify(action)}. Nothing was done; see signalbox dashboards --help.\n`,
  );
  return WRONG_USE;
}

async function runStack([action, ...args]: readonly string[]): Promise<number> {
  const { TEST_ALERT_HELP, testAlert } = await import('./test-alert.ts');
  if ([action, ...args].some((arg) => arg === '--help' || arg === '-h')) return print(TEST_ALERT_HELP);
  if (action === 'test-alert') return testAlert(args);
  process.stderr.write(
    `signalbox: stack must be followed by test-alert, got ${action === undefined ? 'none' : JSON.stringify(action)}. Nothing was done; see signalbox stack --help.\n`,
  );
  return WRONG_USE;
}

function print(text: string): number {
  process.stdout.write(text);
  return 0;
}

// No top-level await: with it the bundler takes every module apart (scripts/bundle.mjs).
void Promise.resolve(main(process.argv.slice(2))).then((code) => (process.exitCode = code));
