/** Reads bodies that are not trusted: never more than a limit as it comes, never more than a limit when decompressed. */
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { gunzip, inflate } from 'node:zlib';
import { Gone, malformed, tooLarge } from '../otlp/decode/refusal.ts';

export type Compression = 'identity' | 'gzip' | 'deflate';

/** Names of encodings that can be read, as for `Accept-Encoding` and `grpc-accept-encoding`. */
export const ACCEPTED_ENCODINGS = 'identity,gzip,deflate';

/** The compression that a header names; `undefined` for one that cannot be read. */
export function toCompression(header: string | undefined): Compression | undefined {
  const name = (header ?? '').trim().toLowerCase();
  if (name === '' || name === 'identity') return 'identity';
  return name === 'gzip' || name === 'deflate' ? name : undefined;
}

/**
 * Everything that `stream` brings. At more than `maxBytes`, beside `framingBytes`, it stops listening and throws; the caller
 * decides what happens to the rest.
 *
 * @throws Refusal at too many bytes, Gone when the stream ends early.
 */
export function collect(stream: Readable, maxBytes: number, framingBytes = 0): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const stop = (): void => {
      stream.off('data', onData);
      stream.off('end', onEnd);
      stream.off('close', onClose);
    };
    const onData = (chunk: Buffer): void => {
      size += chunk.length;
      chunks.push(chunk);
      if (size <= maxBytes + framingBytes) return;
      stop();
      stream.pause();
      reject(bodyTooLarge(maxBytes));
    };
    const onEnd = (): void => {
      stop();
      resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks));
    };
    const onClose = (): void => {
      stop();
      reject(new Gone());
    };
    // A failing stream always closes too, and a failure that nobody hears ends the process.
    stream.on('error', () => {});
    stream.on('data', onData);
    stream.on('end', onEnd);
    stream.on('close', onClose);
    if (stream.destroyed) onClose();
  });
}

export const bodyTooLarge = (maxBytes: number) => tooLarge(`The body must have at most ${maxBytes} bytes, had more.`);

const decompressors = { gzip: promisify(gunzip), deflate: promisify(inflate) };

/**
 * Decompresses and stops as soon as the output passes `maxBytes`, so that a small body cannot become a huge one.
 *
 * @throws Refusal at too many bytes and at bytes that are not so compressed.
 */
export async function decompress(bytes: Buffer, compression: Compression, maxBytes: number): Promise<Buffer> {
  if (compression === 'identity') {
    if (bytes.length > maxBytes) throw bodyTooLarge(maxBytes);
    return bytes;
  }
  try {
    return await decompressors[compression](bytes, { maxOutputLength: maxBytes });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') {
      throw tooLarge(`The body must have at most ${maxBytes} bytes when decompressed, had more.`);
    }
    throw malformed(`The body must be compressed with ${compression} as its header says, could not be decompressed.`);
  }
}
