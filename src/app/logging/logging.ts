/** Where records go: read the settings once, then each record to each destination, none of which can hurt another. */
import { loadLoggingConfig, type LoggingConfig } from '../../config/logging-config.ts';
import { errorText } from '../../diagnostics/error-text.ts';
import { createReporter, type Reporter } from '../../diagnostics/reporter.ts';
import { RANK_ERROR } from '../../names/log-levels.ts';
import { configureRedaction } from '../../redaction/configure-redaction.ts';
import { redactionVersion } from '../../redaction/redaction-version.ts';
import { monotonicMs } from '../../runtime/clock.ts';
import { contain, contained } from '../../runtime/contain.ts';
import { atEnd, telemetryState } from '../../runtime/end-work.ts';
import { errorDelivery } from '../../runtime/error-delivery.ts';
import { renderWithin } from './fit-line.ts';
import { setLevelRules } from './levels.ts';
import { LineQueue, type LineTarget } from './line-queue.ts';
import { openLogFiles, type LogFiles } from './log-files.ts';
import { emitByOtlp } from './otlp-destination.ts';
import type { LogRecord } from './record.ts';
import { renderEcs } from './render-ecs.ts';
import { renderJson } from './render-json.ts';
import { COLORED, PLAIN_TEXT, renderPretty } from './render-pretty.ts';
import { watchRequests } from './watch-requests.ts';
import { createServiceReader } from './service.ts';
import { isTerminal, stdoutTarget } from './stdout-target.ts';

export interface Logging {
  readonly config: LoggingConfig;
  readonly reporter: Reporter;
  /** Characters of one text of a record. */
  readonly maxTextLength: number;
  write(record: LogRecord): void;
  /** As it stands on stdout, for a transport of the application. */
  render(record: LogRecord): string;
  /** Writes what waits, as far as there is room. */
  flush(): void;
  /** Does nothing without `LOG_DIR`. */
  reopenFiles(): void;
}

type Render = (record: LogRecord) => string;
/** Takes a record, and the line that stdout and files have, where there are such. */
type Destination = (record: LogRecord, line: string) => void;

let running: Logging | undefined;

/** Read the settings and open the destinations, once for the process. */
export function logging(): Logging {
  return (running ??= startLogging());
}

function startLogging(): Logging {
  const { config, problems } = loadLoggingConfig();
  const reporter = createReporter({ level: config.logLevel });
  for (const { code, message, setting } of problems) reporter.say(code, message, setting);
  // Telemetry has done it, unless it is another copy of this package, or none.
  if (redactionVersion.current === 0) configureRedaction(config.redaction);
  setLevelRules(config.levels);
  const started = createLogging(config, reporter);
  telemetryState.logLinesTo = describeTargets(config);
  watchRequests(started);
  return started;
}

/** For the start line. */
function describeTargets({ files, format, stdout }: LoggingConfig): string {
  const targets = [
    ...(stdout ? [`stdout (${format ?? (isTerminal() ? 'pretty' : 'json')})`] : []),
    ...(files === undefined ? [] : [files.folder]),
  ];
  return targets.length === 0 ? 'nowhere' : targets.join(' and ');
}

function createLogging(config: LoggingConfig, reporter: Reporter): Logging {
  const renders = createRenders(config);
  const queues: LineQueue[] = [];
  const destinations: Destination[] = [];
  const openQueue = (target: LineTarget, isSync: boolean): LineQueue => {
    const queue = createQueue(target, config, reporter, isSync);
    queues.push(queue);
    return queue;
  };
  if (config.stdout) {
    const queue = openQueue(stdoutTarget(), config.sync || isTerminal());
    destinations.push((_record, line) => queue.add(line));
  }
  if (config.otlp) destinations.push(emitByOtlp);
  let files: LogFiles | undefined;
  if (config.files !== undefined) {
    files = openLogFiles(config.files, (target) => openQueue(target, config.sync));
    const { write } = files;
    const isAlike = !config.stdout || renders.files === renders.stdout;
    destinations.push((record, line) => write(record, isAlike ? line : renders.files(record)));
  }
  drainAtEnd(queues, config.shutdownTimeoutMs);
  const render = config.stdout ? renders.stdout : config.files === undefined ? undefined : renders.files;
  return {
    config,
    reporter,
    maxTextLength: config.maxLength,
    render: renders.stdout,
    write(record) {
      const line = render === undefined ? '' : render(record);
      if (record.rank === RANK_ERROR && !record.isAccess)
        contain('passing a log record to Sentry', () => errorDelivery.onLoggedError?.(record));
      for (const destination of destinations) {
        try {
          destination(record, line);
        } catch (error) {
          contained('writing a log record', error);
        }
      }
    },
    flush() {
      for (const queue of queues) queue.flush();
    },
    reopenFiles: () => files?.reopen(),
  };
}

function createRenders(config: LoggingConfig): { readonly stdout: Render; readonly files: Render } {
  const service = createServiceReader(config);
  const isForPerson = isTerminal();
  const paint = (config.colors ?? isForPerson) ? COLORED : PLAIN_TEXT;
  const within =
    (render: Render): Render =>
    (record) =>
      renderWithin(record, render, config.maxLength);
  const json = within((record) => renderJson(record, service()));
  const ecs = within((record) => renderEcs(record, service()));
  const pretty = within((record) => renderPretty(record, paint));
  const format = config.format ?? (isForPerson ? 'pretty' : 'json');
  return { stdout: { json, ecs, pretty }[format], files: format === 'ecs' ? ecs : json };
}

function createQueue(target: LineTarget, config: LoggingConfig, reporter: Reporter, isSync: boolean): LineQueue {
  const { name } = target;
  return new LineQueue({
    target,
    maxBytes: config.queueMaxBytes,
    isSync,
    onFailure: (error) =>
      reporter.say('logging.not-written', `Cannot write log lines to ${name}: ${errorText(error)}. Logging goes on elsewhere.`, name),
    onRecovered() {
      reporter.forget('logging.not-written', name);
      reporter.say('logging.written-again', `Log lines are written to ${name} again.`, name);
    },
    onLost: createLossReport(name, reporter),
  });
}

/** What is not said because it was said a minute ago is added to what is said next. */
function createLossReport(name: string, reporter: Reporter): (lines: number) => void {
  let lost = 0;
  return (lines) => {
    lost += lines;
    const text = `Lost ${lost} log ${lost === 1 ? 'line' : 'lines'} for ${name}, which took them too slowly or not at all. SIGNALBOX_QUEUE_MAX_BYTES is the room in which they wait.`;
    if (reporter.say('logging.lost', text, name)) lost = 0;
  };
}

function drainAtEnd(queues: readonly LineQueue[], limitMs: number): void {
  const drain = (leftMs: number): void => {
    const endsAt = monotonicMs() + leftMs;
    // Files first: they are not waited for.
    for (const queue of queues.toReversed()) queue.drain(Math.max(0, endsAt - monotonicMs()));
  };
  atEnd(drain);
  process.on('exit', () => {
    if (!telemetryState.watchesEnd) return drain(limitMs);
    // The watch of the end drains, behind the last listener; a pipe may have room by then.
    for (const queue of queues) queue.flush();
  });
}
