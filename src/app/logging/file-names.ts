/**
 * Names of log files: `app_20261130.log` is the first of its day, `app_20261130.1.log` the next. The one with the highest number is
 * written to. Nothing is ever renamed, so that several processes agree on it without asking each other.
 */

export type FileKind = 'app' | 'error' | 'access';

export interface LogFileName {
  readonly kind: string;
  /** `20261130` */
  readonly day: string;
  readonly number: number;
  readonly isCompressed: boolean;
}

export interface LogFile extends LogFileName {
  readonly name: string;
  /** When it was last written. */
  readonly modifiedMs: number;
}

const NAME = /^(app|error|access)_(\d{8})(?:\.(\d{1,9}))?\.log(\.gz)?$/;
const DAY_MS = 24 * 60 * 60 * 1000;

/** In local time, as people look for it. */
export function dayOf(timeMs: number): string {
  const time = new Date(timeMs);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${time.getFullYear()}${two(time.getMonth() + 1)}${two(time.getDate())}`;
}

export function fileName(kind: FileKind, day: string, number: number): string {
  return `${kind}_${day}${number === 0 ? '' : `.${number}`}.log`;
}

export function parseFileName(name: string): LogFileName | undefined {
  const [, kind, day, number, compressed] = NAME.exec(name) ?? [];
  return kind === undefined || day === undefined
    ? undefined
    : { kind, day, number: Number(number ?? 0), isCompressed: compressed !== undefined };
}

/** The number of the file to write to, which may be full. */
export function newestNumber(names: readonly string[], kind: FileKind, day: string): number {
  let newest = 0;
  for (const name of names) {
    const file = parseFileName(name);
    if (file?.kind !== kind || file.day !== day) continue;
    newest = Math.max(newest, file.isCompressed ? file.number + 1 : file.number);
  }
  return newest;
}

export interface Retention {
  readonly maxCount: number;
  /** 0: no limit. */
  readonly maxDays: number;
}

/** The names of what is too old, or too much of its kind; the file that is written to stays. */
export function namesToRemove(files: readonly LogFile[], { maxCount, maxDays }: Retention, nowMs: number): string[] {
  return byKind(files).flatMap((ofKind) =>
    ofKind
      .filter(({ modifiedMs }, age) => age > 0 && (age >= maxCount || (maxDays > 0 && nowMs - modifiedMs > maxDays * DAY_MS)))
      .map(({ name }) => name),
  );
}

/** The names of what nobody writes to any more. */
export function namesToCompress(files: readonly LogFile[], nowMs: number, restMs: number): string[] {
  return byKind(files).flatMap((ofKind) =>
    ofKind.filter(({ isCompressed, modifiedMs }, age) => age > 0 && !isCompressed && nowMs - modifiedMs >= restMs).map(({ name }) => name),
  );
}

/** Each newest first. */
function byKind(files: readonly LogFile[]): LogFile[][] {
  const kinds = new Map<string, LogFile[]>();
  for (const file of files) kinds.set(file.kind, [...(kinds.get(file.kind) ?? []), file]);
  return [...kinds.values()].map((ofKind) => ofKind.sort((a, b) => (a.day === b.day ? b.number - a.number : a.day < b.day ? 1 : -1)));
}
