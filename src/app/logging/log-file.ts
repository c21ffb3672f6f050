/** One kind of log file: today's, and within today the first that is not full. Several processes may append to it. */
import { closeSync, constants, fstatSync, ftruncateSync, openSync, readdirSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { attempt } from '../../runtime/contain.ts';
import { dayOf, fileName, newestNumber, type FileKind } from './file-names.ts';
import type { LineTarget } from './line-queue.ts';
import { makeFolder } from './make-folder.ts';

const PIECE_BYTES = 65_536;
const NEWLINE = 10;
const MINUTE_MS = 60_000;
/** Appending puts each piece behind all others; a link may lead out of the folder. */
const FLAGS = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | (constants.O_NOFOLLOW ?? 0);
const FILE_MODE = 0o640;
const FOLDER_MODE = 0o750;
const nowMs = Date.now;

export interface LogFileOptions {
  readonly folder: string;
  readonly kind: FileKind;
  /** From this size on, the next file is begun. */
  readonly maxBytes: number;
  /** Another file than before is written to. */
  readonly onOpened: () => void;
}

export class LogFileTarget implements LineTarget {
  readonly name: string;
  readonly pieceBytes = PIECE_BYTES;
  readonly #options: LogFileOptions;
  #file: number | undefined;
  #day = '';
  #minute = -1;
  #todayName = '';

  constructor(options: LogFileOptions) {
    this.name = `${options.kind} files in ${options.folder}`;
    this.#options = options;
  }

  /** The next write opens the file by its name: somebody moved it away. */
  reopen(): void {
    if (this.#file !== undefined) attempt(() => closeSync(this.#file as number));
    this.#file = undefined;
  }

  write(bytes: Uint8Array): number {
    const { file, size } = this.#current();
    const written = writeSync(file, bytes);
    return written === bytes.length ? written : withoutTornLine(file, size, bytes, written);
  }

  #current(): { file: number; size: number } {
    const day = this.#today();
    if (this.#file !== undefined) {
      const { nlink, size } = fstatSync(this.#file);
      if (day === this.#day && nlink > 0 && size < this.#options.maxBytes) return { file: this.#file, size };
      this.reopen();
    }
    return this.#open(day);
  }

  #open(day: string): { file: number; size: number } {
    const { folder, kind, maxBytes, onOpened } = this.#options;
    makeFolder(folder, FOLDER_MODE);
    for (let number = newestNumber(readdirSync(folder), kind, day); ; number++) {
      const file = openSync(join(folder, fileName(kind, day, number)), FLAGS, FILE_MODE);
      const { size } = fstatSync(file);
      if (size < maxBytes) {
        this.#file = file;
        this.#day = day;
        onOpened();
        return { file, size };
      }
      closeSync(file);
    }
  }

  #today(): string {
    const now = nowMs();
    // Not for each write: a new day begins with a minute.
    if (Math.floor(now / MINUTE_MS) !== this.#minute) {
      this.#minute = Math.floor(now / MINUTE_MS);
      this.#todayName = dayOf(now);
    }
    return this.#todayName;
  }
}

/**
 * The disk is full in the middle of a line, which another process would go on with: it is taken back.
 *
 * @returns how much of `bytes` stands in the file.
 * @throws when that is nothing.
 */
function withoutTornLine(file: number, sizeBefore: number, bytes: Uint8Array, written: number): number {
  const whole = bytes.lastIndexOf(NEWLINE, written - 1) + 1;
  const isLast = attempt(() => fstatSync(file).size === sizeBefore + written, false);
  if (whole === written || !isLast) return written;
  ftruncateSync(file, sizeBefore + whole);
  if (whole > 0) return whole;
  throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
}
