/** Reads the few small messages that OTLP servers answer with. */
import { attempt } from '../../runtime/contain.ts';

/** Numbers of varint and fixed fields, bytes of the others; by field number, the last one wins. */
export type Fields = Map<number, number | Uint8Array>;

/**
 * The fields of a message, or undefined when the bytes are not one. Unknown fields are there as well.
 *
 * @param repeated - called for each length-delimited field, in order.
 */
export function readFields(bytes: Uint8Array, repeated?: (field: number, value: Uint8Array) => void): Fields | undefined {
  // Bytes that end within a field throw.
  return attempt(() => fieldsIn(bytes, repeated));
}

function fieldsIn(bytes: Uint8Array, repeated: ((field: number, value: Uint8Array) => void) | undefined): Fields | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const fields: Fields = new Map();
  let position = 0;

  function varint(): number {
    let low = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = view.getUint8(position++);
      low |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return Number(BigInt.asIntN(64, low));
    }
    throw new RangeError('varint of more than ten bytes');
  }

  while (position < bytes.length) {
    const tag = varint();
    const field = Math.floor(tag / 8);
    switch (tag & 7) {
      case 0:
        fields.set(field, varint());
        break;
      case 1:
        fields.set(field, Number(view.getBigInt64(position, true)));
        position += 8;
        break;
      case 2: {
        const length = varint();
        if (length < 0 || position + length > bytes.length) return undefined;
        const value = bytes.subarray(position, position + length);
        fields.set(field, value);
        repeated?.(field, value);
        position += length;
        break;
      }
      case 5:
        fields.set(field, view.getInt32(position, true));
        position += 4;
        break;
      default:
        return undefined;
    }
  }
  return fields;
}

export function numberAt(fields: Fields | undefined, field: number): number {
  const value = fields?.get(field);
  return typeof value === 'number' ? value : 0;
}

export function bytesAt(fields: Fields | undefined, field: number): Uint8Array | undefined {
  const value = fields?.get(field);
  return typeof value === 'object' ? value : undefined;
}
