import { ERROR_TYPE, NETWORK_IO_DIRECTION, TRANSFER_KIND } from '../../../names/attributes.ts';
import { TRANSFER_METRICS } from '../../../names/metrics/transfer.ts';
import { monotonicMs } from '../../../runtime/clock.ts';
import { attempt } from '../../../runtime/contain.ts';
import { errorType } from '../error-type.ts';
import { activeOf, counterOf, recorderOf } from '../pack-instruments.ts';
import { quiet } from '../quiet.ts';
import { ownOptions } from '../own-copy.ts';

export interface TransferOptions {
  /** Of what, or whence: `invoice`, `youtube`. */
  readonly kind: string;
  /** `receive` is a download. @default 'receive' */
  readonly direction?: 'receive' | 'transmit';
}

export interface Transfer {
  /** So many bytes more are there. */
  add(bytes: number): void;
  /** Over. @param error - what it failed with. A second call does nothing. */
  end(error?: unknown): void;
}

export interface TransferMetrics {
  begin(): Transfer;
  /**
   * The same chunks, counted as they pass; over with the last, or when they are not taken any further.
   *
   * @example await pipeline(downloads.count(response.body), createWriteStream(file));
   */
  count<Chunk>(chunks: AsyncIterable<Chunk> | Iterable<Chunk>): AsyncGenerator<Chunk, void, undefined>;
}

const beginActive = activeOf(TRANSFER_METRICS.active);
const bytesMoved = counterOf(TRANSFER_METRICS.bytes);
const durations = recorderOf(TRANSFER_METRICS.duration);
const speeds = recorderOf(TRANSFER_METRICS.speed);

/** Downloads and uploads: bytes while they come, how many are under way, how long they took, how fast they were. */
export function transferMetrics(options: TransferOptions): TransferMetrics {
  const { direction = 'receive', kind } = ownOptions(options);
  const given = { [TRANSFER_KIND]: kind, [NETWORK_IO_DIRECTION]: direction };
  const moved = bytesMoved.bind(given);
  const begin = (): Transfer => {
    const endActive = beginActive(given);
    const startMs = monotonicMs();
    let total = 0;
    let isOver = false;
    return quiet({
      add(bytes: number) {
        if (!Number.isFinite(bytes) || bytes < 0) return;
        total += bytes;
        moved.add(bytes);
      },
      end(error?: unknown) {
        if (isOver) return;
        isOver = true;
        endActive();
        const seconds = (monotonicMs() - startMs) / 1000;
        durations.record(seconds, { ...given, [ERROR_TYPE]: error === undefined ? undefined : errorType(error) });
        if (error === undefined && seconds > 0) speeds.record(total / seconds, given);
      },
    });
  };
  return {
    begin,
    async *count(chunks) {
      const transfer = begin();
      try {
        for await (const chunk of chunks) {
          transfer.add(sizeOf(chunk));
          yield chunk;
        }
      } catch (error) {
        transfer.end(error ?? new Error('failed'));
        throw error;
      } finally {
        transfer.end();
      }
    },
  };
}

/** In bytes; of objects of another kind nothing. */
function sizeOf(chunk: unknown): number {
  if (typeof chunk === 'string') return Buffer.byteLength(chunk);
  return attempt(() => Number((chunk as { byteLength?: number }).byteLength ?? 0)) ?? 0;
}
