/**
 * The exporters `otlp/stdout` and `otlp_file`: OTLP as JSON, one request a line.
 *
 * Written synchronously and in batches: a local write is short, and nothing is under way when the process ends. The file is
 * opened for each batch, so that it may be rotated.
 *
 * @see https://opentelemetry.io/docs/specs/otel/protocol/file-exporter/
 */
import { closeSync, openSync, writeSync } from 'node:fs';
import { join, parse } from 'node:path';
import type { BatchConfig, Signal } from '../config/config.ts';
import { countAcknowledged, countDropped, noteFailure, type Account } from '../diagnostics/account.ts';
import { errorText } from '../diagnostics/error-text.ts';
import type { Reporter } from '../diagnostics/reporter.ts';
import type { Encoder } from '../otlp/types.ts';
import { clearTimeout, setImmediate, setTimeout, SharedArrayBuffer } from '../runtime/captured.ts';
import { monotonicMs } from '../runtime/clock.ts';
import { createQueue, groupsOf, type RecordQueue } from './queue.ts';
import { sayNotEncoded } from './record-notices.ts';
import type { Sender } from './sender.ts';

const STDOUT = 1;
const LONGEST_LINE_BYTES = 4 * 1024 * 1024;
const RETRY_MS = 1000;
/** A reader of stdout that is slow gets so long when the process ends. */
const LAST_MS = 200;
const SHORT_WAIT_MS = 5;

/** Takes bytes at once: how many, which may be fewer than all of a pipe that is full. Throws when it takes none. */
export interface LineOutput {
  /** As it stands in messages. */
  readonly name: string;
  write(bytes: Uint8Array): number;
}

export interface LineSenderOptions {
  readonly signal: Signal;
  readonly batch: BatchConfig;
  readonly queueMaxBytes: number;
  readonly encoder: Encoder;
  /** Encoded when the first line is made, for some of it is found out late. */
  readonly resource: () => Uint8Array;
  /** The first line waits for it, unless the process ends before. */
  readonly ready?: Promise<void> | undefined;
  readonly account: Account;
  readonly reporter: Reporter;
  readonly output: LineOutput;
  /** Called when records are lost for want of room. */
  readonly onQueueFull: () => void;
}

/** `otlp.traces.jsonl` for `otlp.jsonl`: a file must hold one kind of data. */
export function signalFile(path: string, signal: Signal): string {
  const { dir, name, ext } = parse(path);
  return join(dir, `${name}.${signal}${ext}`);
}

export function fileOutput(path: string): LineOutput {
  return {
    name: path,
    write(bytes) {
      const file = openSync(path, 'a');
      try {
        return writeSync(file, bytes);
      } finally {
        closeSync(file);
      }
    },
  };
}

export function stdoutOutput(): LineOutput {
  return { name: 'stdout', write: (bytes) => writeSync(STDOUT, bytes) };
}

interface LineState {
  /** What is left of a line, and how many records it holds. */
  line: { readonly rest: Uint8Array; readonly records: number } | undefined;
  timer: NodeJS.Timeout | undefined;
  immediate: NodeJS.Immediate | undefined;
  resource: Uint8Array | undefined;
  isReady: boolean;
  isClosed: boolean;
}

interface Lines extends LineSenderOptions {
  readonly queue: RecordQueue;
  readonly state: LineState;
  readonly maxRecords: number;
}

export function createLineSender(options: LineSenderOptions): Sender {
  const { account, batch, ready, reporter, signal } = options;
  const state: LineState = {
    line: undefined,
    timer: undefined,
    immediate: undefined,
    resource: undefined,
    isReady: !ready,
    isClosed: false,
  };
  const queue = createQueue({ maxBytes: options.queueMaxBytes, maxRecords: batch.maxQueueSize });
  const lines: Lines = { ...options, queue, state, maxRecords: Math.min(batch.maxExportBatchSize, batch.maxQueueSize) };
  void ready?.then(() => (state.isReady = true));
  return {
    isSending: false,
    add(scope, record, weight = 1) {
      account.produced += weight;
      if (state.isClosed) return countDropped(account, 'after_shutdown', weight);
      if (queue.add(scope, record, weight)) return writeSoon(lines);
      countDropped(account, 'queue_full', weight);
      options.onQueueFull();
    },
    addFailed(error, weight = 1) {
      account.produced += weight;
      countDropped(account, 'encode_error', weight);
      sayNotEncoded(reporter, signal, error);
    },
    async flush(deadlineMs) {
      const endsAt = monotonicMs() + deadlineMs;
      await ready;
      while (writeAll(lines) === 'full' && monotonicMs() < endsAt) await wait(Math.min(SHORT_WAIT_MS, deadlineMs));
    },
    takePending() {
      writeLast(lines);
      return [];
    },
    settle() {},
    close() {
      state.isClosed = true;
      stopTimers(state);
    },
  };
}

/** After the delay of a batch; at the end of this turn of the event loop when a batch is full. */
function writeSoon(lines: Lines): void {
  const { batch, maxRecords, queue, state } = lines;
  if (queue.records >= maxRecords || batch.scheduleDelayMs === 0) {
    state.immediate ??= setImmediate(() => {
      state.immediate = undefined;
      if (state.timer === undefined || state.line === undefined) writeOrRetry(lines);
    }).unref();
  } else retryAfter(lines, batch.scheduleDelayMs);
}

function writeOrRetry(lines: Lines): void {
  if (!lines.state.isReady || writeAll(lines) !== 'all') retryAfter(lines, RETRY_MS);
}

function retryAfter(lines: Lines, delayMs: number): void {
  const { state } = lines;
  state.timer ??= setTimeout(() => {
    state.timer = undefined;
    if (!state.isClosed) writeOrRetry(lines);
  }, delayMs).unref();
}

/** `full`: a pipe has no room at the moment. `failed`: it cannot be written, which was said. */
type Written = 'all' | 'full' | 'failed';

function writeAll(lines: Lines): Written {
  const { account, output, reporter, state } = lines;
  for (let line = nextLine(lines); line !== undefined; line = nextLine(lines)) {
    try {
      const written = output.write(line.rest);
      if (written === 0) return 'full';
      state.line = { rest: line.rest.subarray(written), records: line.records };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return 'full';
      sayNotWritten(lines, error);
      return 'failed';
    }
    if (state.line.rest.length > 0) continue;
    countAcknowledged(account, line.records);
    state.line = undefined;
    reporter.forget('export.lines', output.name);
  }
  return 'all';
}

/** The rest of the line that was begun, or a new one of the records that wait. */
function nextLine({ encoder, maxRecords, queue, resource, signal, state }: Lines): LineState['line'] {
  if (state.line !== undefined) return state.line;
  const next = queue.take(maxRecords, LONGEST_LINE_BYTES);
  if (next === undefined) return undefined;
  state.resource ??= resource();
  const request = encoder.assemble(signal, state.resource, groupsOf(next));
  return (state.line = { rest: Buffer.concat([request, Buffer.from('\n')]), records: next.weight });
}

/** The process ends: a full pipe gets a moment, and what is left then is lost. */
function writeLast(lines: Lines): void {
  const { account, queue, state } = lines;
  stopTimers(state);
  const endsAt = monotonicMs() + LAST_MS;
  const sleeping = new Int32Array(new SharedArrayBuffer(4));
  while (writeAll(lines) === 'full' && monotonicMs() < endsAt) Atomics.wait(sleeping, 0, 0, SHORT_WAIT_MS);
  let lost = state.line?.records ?? 0;
  state.line = undefined;
  for (let next = queue.take(Infinity, Infinity); next !== undefined; next = queue.take(Infinity, Infinity)) lost += next.weight;
  countDropped(account, 'exit_deadline', lost);
}

function sayNotWritten({ account, output: { name }, reporter, signal }: Lines, error: unknown): void {
  noteFailure(account, errorText(error));
  const cure =
    name === 'stdout'
      ? `Keep stdout open, or set OTEL_${signal.toUpperCase()}_EXPORTER to another exporter.`
      : 'Set SIGNALBOX_OTLP_FILE to a file that can be written.';
  reporter.say(
    'export.lines',
    `Cannot write ${signal} to ${name}: ${errorText(error)}. The records wait, and are written when it works. ${cure}`,
    name,
  );
}

function stopTimers(state: LineState): void {
  clearTimeout(state.timer);
  state.timer = undefined;
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, ms));
}
