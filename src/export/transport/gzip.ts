import type { OtlpConfig } from '../../config/config.ts';
import { getBuiltinModule } from '../../runtime/captured.ts';

/** Moving a small body to another thread takes longer than compressing it here. */
const SMALL_BYTES = 8 * 1024;

/** The body as the settings want it sent. Larger ones are compressed outside the event loop. */
export function compressed(body: Uint8Array, otlp: OtlpConfig): Uint8Array | Promise<Uint8Array> {
  if (otlp.compression !== 'gzip') return body;
  const { gzip, gzipSync } = getBuiltinModule('node:zlib');
  if (body.length <= SMALL_BYTES) return gzipSync(body);
  return new Promise((resolve, reject) => gzip(body, (error, result) => (error === null ? resolve(result) : reject(error))));
}
