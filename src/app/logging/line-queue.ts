/**
 * Lines on their way to one destination. While the application runs they wait here for a reader that is slow, so that nothing
 * blocks; what finds no room is counted. When the process ends, what waits is written while it stands still.
 */
import { setImmediate, setTimeout, SharedArrayBuffer } from '../../runtime/captured.ts';
import { monotonicMs } from '../../runtime/clock.ts';
import { attempt, contain } from '../../runtime/contain.ts';
import { telemetryState } from '../../runtime/end-work.ts';

export interface LineTarget {
  /** As it stands in messages. */
  readonly name: string;
  /** Longest piece that is written at once; a pipe takes so many bytes whole or not at all. */
  readonly pieceBytes: number;
  /** Takes bytes: how many, which may be fewer than all. Throws what the system says. */
  write(bytes: Uint8Array): number;
  /** The same of a text, where that is less work. */
  writeText?(text: string): number;
}

export interface LineQueueOptions {
  readonly target: LineTarget;
  readonly maxBytes: number;
  /** Write each line at once. */
  readonly isSync: boolean;
  /** Cannot be written; called again and again while that is so. */
  readonly onFailure: (error: unknown) => void;
  /** Lines were lost since the last call, for want of room or at the end. */
  readonly onLost: (lines: number) => void;
  /** It works again. */
  readonly onRecovered: () => void;
}

const GATHERED = 32_768;
const FULL_RETRY_MS = 10;
const FAILED_RETRY_MS = 1000;
const DRAIN_WAIT_MS = 2;
const NEWLINE = 10;
/** Of a character. */
const MOST_BYTES = 3;
/** Nobody will read it any more. */
const CLOSED = new Set(['EPIPE', 'EBADF', 'EIO', 'ECONNRESET', 'ENOTCONN']);

/** `full`: a pipe has no room at the moment. `failed`: it cannot be written now. */
type Written = 'all' | 'full' | 'failed';

export class LineQueue {
  readonly #options: LineQueueOptions;
  /** Of this turn of the event loop. */
  #gathered = '';
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #lost = 0;
  #isScheduled = false;
  #retryAtMs = 0;
  #isClosed = false;
  #hasFailed = false;
  #isEnding = false;

  constructor(options: LineQueueOptions) {
    this.#options = options;
  }

  get waitingBytes(): number {
    return this.#waitingBytes + this.#gathered.length;
  }

  /** @param line - with its end. */
  add(line: string): void {
    if (this.#isClosed || this.waitingBytes + line.length > this.#options.maxBytes) {
      this.#lost++;
      return this.#sayLost();
    }
    // Without a watch of the end of the process, a signal would take what was not written.
    const isAtOnce = this.#options.isSync || !telemetryState.watchesEnd || this.#isEnding;
    if (isAtOnce && this.#isWritten(line)) return;
    this.#gathered += line;
    if (this.#isEnding) return void this.#write();
    if (isAtOnce || this.#gathered.length > GATHERED) this.#writeUnlessWaiting();
    else this.#schedule();
  }

  /** Whether a single line was written whole, where none waits before it and all is well. */
  #isWritten(line: string): boolean {
    const { target } = this.#options;
    const isAlone = this.#gathered === '' && this.#waiting.length === 0 && this.#lost === 0 && !this.#hasFailed;
    if (target.writeText === undefined || !isAlone || line.length * MOST_BYTES > target.pieceBytes) return false;
    const written = attempt(() => target.writeText?.(line), 0) ?? 0;
    if (written === 0) return false;
    const rest = Buffer.byteLength(line) - written;
    if (rest > 0) {
      this.#waiting.push(Buffer.from(line).subarray(written));
      this.#waitingBytes += rest;
      this.#retryAfter(FULL_RETRY_MS);
    }
    return true;
  }

  /** Write what waits; what finds no room now is written later. */
  flush(): Written {
    return this.#write();
  }

  /** The process ends: write what waits, for `limitMs` at most. */
  drain(limitMs: number): void {
    this.#isEnding = true;
    const endsAt = monotonicMs() + limitMs;
    let written = this.#write();
    if (written === 'full') {
      const sleeping = new Int32Array(new SharedArrayBuffer(4));
      for (; written === 'full' && monotonicMs() < endsAt; written = this.#write()) Atomics.wait(sleeping, 0, 0, DRAIN_WAIT_MS);
    }
    if (written !== 'all') this.#drop();
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      contain('writing log lines', () => this.#writeUnlessWaiting());
    });
  }

  #writeUnlessWaiting(): void {
    if (this.#retryAtMs > 0 && monotonicMs() < this.#retryAtMs) return this.#gather();
    this.#write();
  }

  #retryAfter(ms: number): void {
    const isPlanned = this.#retryAtMs > 0;
    this.#retryAtMs = monotonicMs() + ms;
    if (isPlanned) return;
    setTimeout(() => {
      this.#retryAtMs = 0;
      contain('writing log lines', () => this.#write());
    }, ms).unref();
  }

  #gather(): void {
    if (this.#gathered === '') return;
    const bytes = Buffer.from(this.#gathered);
    this.#gathered = '';
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
  }

  #write(): Written {
    this.#gather();
    while (this.#waiting.length > 0) {
      const bytes = this.#waiting[0] as Uint8Array;
      const piece = pieceOf(bytes, this.#options.target.pieceBytes);
      const written = this.#writePiece(piece);
      if (typeof written === 'string') return written;
      this.#waitingBytes -= written;
      if (written < bytes.length) this.#waiting[0] = bytes.subarray(written);
      else this.#waiting.shift();
    }
    if (this.#hasFailed) {
      this.#hasFailed = false;
      this.#options.onRecovered();
    }
    if (this.#lost > 0) this.#sayLost();
    return 'all';
  }

  #writePiece(piece: Uint8Array): number | 'full' | 'failed' {
    try {
      const written = this.#options.target.write(piece);
      if (written > 0) return written;
    } catch (error) {
      const code = attempt(() => (error as NodeJS.ErrnoException).code);
      if (code !== 'EAGAIN') return this.#fail(error, code);
    }
    this.#retryAfter(FULL_RETRY_MS);
    return 'full';
  }

  #fail(error: unknown, code: string | undefined): 'failed' {
    this.#options.onFailure(error);
    if (code !== undefined && CLOSED.has(code)) {
      this.#isClosed = true;
      this.#drop();
    } else {
      this.#hasFailed = true;
      this.#retryAfter(FAILED_RETRY_MS);
    }
    return 'failed';
  }

  #drop(): void {
    this.#gather();
    for (const bytes of this.#waiting) this.#lost += countLines(bytes);
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#sayLost();
  }

  #sayLost(): void {
    // Of what is closed it was said that nothing is written.
    if (this.#isClosed) this.#lost = 0;
    if (this.#lost === 0) return;
    const lost = this.#lost;
    this.#lost = 0;
    this.#options.onLost(lost);
  }
}

/** Whole lines where they fit. */
function pieceOf(bytes: Uint8Array, most: number): Uint8Array {
  if (bytes.length <= most) return bytes;
  const end = bytes.lastIndexOf(NEWLINE, most - 1);
  return bytes.subarray(0, end === -1 ? most : end + 1);
}

function countLines(bytes: Uint8Array): number {
  let lines = 0;
  for (const byte of bytes) if (byte === NEWLINE) lines++;
  return lines;
}
