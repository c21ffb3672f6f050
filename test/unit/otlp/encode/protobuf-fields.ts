/** Reads protobuf without knowing its messages: enough to look at what was written, field by field. */

export interface Field {
  readonly number: number;
  readonly wire: number;
  /** Varints and fixed numbers as unsigned integers. */
  readonly int: bigint;
  readonly bytes: Uint8Array;
}

export function fieldsOf(bytes: Uint8Array): Field[] {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const fields: Field[] = [];
  let position = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = view.readUInt8(position++);
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  while (position < view.length) {
    const tag = Number(varint());
    const wire = tag & 7;
    let int = 0n;
    let size = 0;
    if (wire === 0) int = varint();
    else if (wire === 1) {
      int = view.readBigUInt64LE(position);
      size = 8;
    } else if (wire === 5) {
      int = BigInt(view.readUInt32LE(position));
      size = 4;
    } else if (wire === 2) size = Number(varint());
    else throw new Error(`wire type ${wire} at ${position}`);
    if (position + size > view.length) throw new Error(`field ${tag >> 3} ends behind its message`);
    fields.push({ number: tag >> 3, wire, int, bytes: view.subarray(position, position + size) });
    position += size;
  }
  return fields;
}

/** The first field at the end of a path of field numbers. */
export function at(bytes: Uint8Array, ...path: number[]): Field | undefined {
  let field: Field | undefined;
  for (const number of path) {
    field = fieldsOf(field?.bytes ?? bytes).find((one) => one.number === number);
    if (field === undefined) return undefined;
  }
  return field;
}

/** An AnyValue as JavaScript; an empty one is null. */
export function anyValue(bytes: Uint8Array): unknown {
  const [field] = fieldsOf(bytes);
  switch (field?.number) {
    case undefined:
      return null;
    case 1:
      return Buffer.from(field.bytes).toString();
    case 2:
      return field.int === 1n;
    case 3:
      return BigInt.asIntN(64, field.int);
    case 4:
      return Buffer.from(field.bytes).readDoubleLE();
    case 5:
      return fieldsOf(field.bytes).map((item) => anyValue(item.bytes));
    case 6:
      return attributes(field.bytes, 1);
    case 7:
      return new Uint8Array(field.bytes);
    default:
      throw new Error(`AnyValue has no field ${field!.number}`);
  }
}

/** The KeyValues with this field number in a message. */
export function attributes(bytes: Uint8Array, number: number): Record<string, unknown> {
  return Object.fromEntries(
    fieldsOf(bytes)
      .filter((field) => field.number === number)
      .map((field) => [Buffer.from(at(field.bytes, 1)!.bytes).toString(), anyValue(at(field.bytes, 2)!.bytes)]),
  );
}
