/**
 * What signalbox says about itself, on stderr and nowhere else: one line a message, the same failure at most once a
 * minute, and nothing that an application could take for its own output.
 */
import { writeSync } from 'node:fs';
import { monotonicMs } from '../runtime/clock.ts';
import { attempt } from '../runtime/contain.ts';
import { messageRow, type Level, type MessageCode } from '../names/messages.ts';
import { getBuiltinModule } from '../runtime/captured.ts';

const RANK = { none: 0, error: 1, warn: 2, info: 3, debug: 4 } as const;
const REPEAT_AFTER_MS = 60_000;
/** More distinct failures than this are a storm: the oldest is forgotten and may be said again. */
const MOST_REMEMBERED = 200;
const STDERR = 2;

// Captured, for applications and test runners replace it.
const isoTime = (): string => new CapturedDate().toISOString();
const CapturedDate = Date;

export interface Reporter {
  /**
   * Say `message`, at the level that `code` has in the table, unless the same was said within the last minute.
   *
   * @param about - what it is about (a setting, an endpoint), when one code is said of several.
   * @returns whether it was said.
   */
  say(code: MessageCode, message: string, about?: string): boolean;
  /** Forget that it was said, so that it is said at once when it comes again. */
  forget(code: MessageCode, about?: string): void;
}

export interface ReporterOptions {
  readonly level: keyof typeof RANK;
  /** Takes one whole line, newline included. The default writes to stderr and gives up quietly when that is closed. */
  readonly write?: (line: string) => void;
  /** `signalbox: message` for a person, JSON lines otherwise. Default: a person when stderr is a terminal. */
  readonly forPerson?: boolean;
}

export function createReporter(options: ReporterOptions): Reporter {
  const write = options.write ?? writeToStderr;
  let { forPerson } = options;
  const lastSaid = new Map<string, number>();
  return {
    say(code, message, about) {
      const { level, page } = messageRow(code);
      if (RANK[level] > RANK[options.level]) return false;
      const key = keyOf(code, about);
      const now = monotonicMs();
      const last = lastSaid.get(key);
      if (last !== undefined && now - last < REPEAT_AFTER_MS) return false;
      lastSaid.delete(key);
      lastSaid.set(key, now);
      if (lastSaid.size > MOST_REMEMBERED) lastSaid.delete(lastSaid.keys().next().value as string);
      forPerson ??= isTerminal();
      const text = oneLine(page === undefined ? message : `${message} See signalbox/docs/${page}.`);
      write(forPerson ? `signalbox: ${text}\n` : jsonLine(level, key, text));
      return true;
    },
    forget(code, about) {
      lastSaid.delete(keyOf(code, about));
    },
  };
}

/** `node:tty` loads sockets and streams: not before there is something to say. */
function isTerminal(): boolean {
  return getBuiltinModule('node:tty').isatty(STDERR);
}

function keyOf(code: MessageCode, about: string | undefined): string {
  return about === undefined ? code : `${code} ${about}`;
}

function jsonLine(level: Level, key: string, message: string): string {
  return `${JSON.stringify({ level, time: isoTime(), logger: 'signalbox', code: key, message })}\n`;
}

/** Whatever a server or a setting put into a message, it stays one line and moves no cursor. */
function oneLine(message: string): string {
  return message.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ');
}

/**
 * Synchronous, so that a line is out before the process is; a full (EAGAIN) or closed pipe (EPIPE) must not hurt the
 * application, and then nobody could read it.
 */
function writeToStderr(line: string): void {
  attempt(() => writeSync(STDERR, line));
}
