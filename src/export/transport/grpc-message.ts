/** A flag for compression and four bytes of length stand before each message of gRPC. */
import type { OtlpConfig } from '../../config/config.ts';

const HEADER_BYTES = 5;

export function framed(message: Uint8Array, otlp: OtlpConfig): Uint8Array {
  const frame = Buffer.allocUnsafe(HEADER_BYTES + message.length);
  frame[0] = otlp.compression === 'gzip' ? 1 : 0;
  frame.writeUInt32BE(message.length, 1);
  frame.set(message, HEADER_BYTES);
  return frame;
}

/** The first message of an answer. We do not accept compressed ones, so a flag for it is a mistake. */
export function messageOf(body: Uint8Array): Uint8Array {
  if (body.length < HEADER_BYTES || body[0] !== 0) return new Uint8Array();
  const length = new DataView(body.buffer, body.byteOffset).getUint32(1);
  return body.subarray(HEADER_BYTES, HEADER_BYTES + length);
}
