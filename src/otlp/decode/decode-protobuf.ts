/** OTLP in protobuf to records. */
import type { Signal } from '../../config/config.ts';
import type { Decoded, Origin, ReceivedScope } from './model.ts';
import { readAnyValue, readKeyValue } from './decode-protobuf-value.ts';
import { forEachField, MESSAGE_BYTES, spend, VALUE_BYTES, within, wrongType, type Decoding } from './decoding.ts';
import { BadRecord } from './refusal.ts';
import { RESOURCE, SCHEMAS, SCOPE, type Field, type Kind, type Message, type Row } from './schema.ts';
import { attempt, createTally, finishTally, keepRecord, reject } from './tally.ts';
import {
  DELIMITED,
  FIXED32,
  FIXED64,
  VARINT,
  openWire,
  readDelimited,
  readDouble,
  readFixed32,
  readFixed64,
  readInt64,
  readSint32,
  readString,
  readTag,
  readTime,
  readUint32,
  readVarint,
  skipField,
} from './wire.ts';

const WIRE_TYPES: Readonly<Record<Kind, number>> = {
  string: DELIMITED,
  bool: VARINT,
  uint32: VARINT,
  sint32: VARINT,
  uint64: VARINT,
  fixed32: FIXED32,
  fixed64: FIXED64,
  sfixed64: FIXED64,
  time: FIXED64,
  double: FIXED64,
  enum: VARINT,
  traceId: DELIMITED,
  spanId: DELIMITED,
  attributes: DELIMITED,
  any: DELIMITED,
  message: DELIMITED,
};

/**
 * @param maxDecodedBytes - roughly how much memory the records may take.
 * @throws Refusal when the bytes are no such message, or its records would take too much memory.
 */
export function decodeProtobuf<S extends Signal>(signal: S, body: Uint8Array, maxDecodedBytes: number): Decoded<S> {
  const tally = { ...createTally(signal), signal };
  const decoding: Decoding = { ...openWire(body), tally, bytesLeft: maxDecodedBytes };
  forEachField(decoding, (number, type) => {
    if (number === 1) within(decoding, type, 'a resource', () => readResourceRecords(decoding));
    else skipField(decoding, type);
  });
  return finishTally(tally);
}

/** The parts of a ResourceSpans, ScopeSpans or the like: an owner (1), what it owns (2), a schema URL (3), in any order. */
interface Group {
  readonly owner: Row;
  readonly schemaUrl: string;
  /** Where the elements of field 2 are, so that they are read when their owner is known. */
  readonly elements: readonly number[];
  /** Why the owner, and so all that it owns, is malformed. */
  readonly failure: string;
}

function readGroup(decoding: Decoding, owner: Message): Group {
  let row = owner.create();
  let schemaUrl = '';
  let failure = '';
  const elements: number[] = [];
  forEachField(decoding, (number, type) => {
    if (number === 2) {
      if (type !== DELIMITED) throw wrongType('a list of records', DELIMITED, type);
      elements.push(decoding.pos);
      readDelimited(decoding);
      return;
    }
    try {
      if (number === 1) row = within(decoding, type, 'a resource or scope', () => readMessage(decoding, owner));
      else if (number === 3 && type === DELIMITED) schemaUrl = readString(decoding);
      else skipField(decoding, type);
    } catch (error) {
      if (!(error instanceof BadRecord)) throw error;
      failure = `the resource or scope is malformed, ${error.message}`;
    }
  });
  return { owner: row, schemaUrl, elements, failure };
}

function readResourceRecords(decoding: Decoding): void {
  const { owner, schemaUrl, elements, failure } = readGroup(decoding, RESOURCE);
  const resource = owner['attributes'] as Row;
  for (const position of elements) {
    decoding.pos = position;
    within(decoding, DELIMITED, 'a scope', () => {
      const group = readGroup(decoding, SCOPE);
      const scope = toScope(group);
      const origin: Origin = schemaUrl === '' ? { resource, scope } : { resource, resourceSchemaUrl: schemaUrl, scope };
      readRecords(decoding, group.elements, origin, failure || group.failure);
    });
  }
}

function toScope({ owner, schemaUrl }: Group): ReceivedScope {
  const scope = owner as unknown as ReceivedScope;
  return schemaUrl === '' ? scope : { ...scope, schemaUrl };
}

function readRecords(decoding: Decoding, positions: readonly number[], origin: Origin, failure: string): void {
  const { tally } = decoding;
  const { record, countsRecords } = SCHEMAS[tally.signal];
  if (failure !== '') {
    reject(tally, positions.length, failure);
    return;
  }
  for (const position of positions) {
    decoding.pos = position;
    attempt(
      tally,
      countsRecords,
      () => within(decoding, DELIMITED, 'a record', () => readMessage(decoding, record)),
      (row) => keepRecord(tally, row, origin),
    );
  }
}

function readMessage(decoding: Decoding, message: Message): Row {
  spend(decoding, MESSAGE_BYTES);
  const row = message.create();
  while (decoding.pos < decoding.end) {
    const tag = readTag(decoding);
    const field = message.byNumber[tag >>> 3];
    if (field === undefined) skipField(decoding, tag & 7);
    else if (field.repeated) readElements(decoding, field, tag & 7, row[field.to] as unknown[]);
    else readField(decoding, field, tag & 7, row);
  }
  return message.finish(row);
}

function readElements(decoding: Decoding, field: Field, type: number, list: unknown[]): void {
  if (field.message !== undefined) {
    const { message, alone } = field;
    const read = (): Row => within(decoding, type, field.name, () => readMessage(decoding, message));
    if (alone) attempt(decoding.tally, true, read, (row) => list.push(row));
    else list.push(read());
  } else if (type === DELIMITED) {
    // Numbers are packed into one field, or, by older senders, written one by one.
    within(decoding, type, field.name, () => {
      while (decoding.pos < decoding.end) {
        spend(decoding, VALUE_BYTES);
        list.push(readScalar(decoding, field));
      }
    });
  } else {
    if (type !== WIRE_TYPES[field.kind]) throw wrongType(field.name, DELIMITED, type);
    spend(decoding, VALUE_BYTES);
    list.push(readScalar(decoding, field));
  }
}

function readField(decoding: Decoding, field: Field, type: number, row: Row): void {
  if (type !== WIRE_TYPES[field.kind]) throw wrongType(field.name, WIRE_TYPES[field.kind], type);
  const { kind, message, to } = field;
  if (message !== undefined) row[to] = within(decoding, type, field.name, () => readMessage(decoding, message));
  else if (kind === 'attributes') readKeyValue(decoding, row[to] as Row, 1);
  else {
    const value = readScalar(decoding, field);
    // Proto3 does not tell an empty text from an absent one.
    if (value !== '') row[to] = value;
  }
}

function readScalar(decoding: Decoding, field: Field): unknown {
  switch (field.kind) {
    case 'string':
      return readString(decoding);
    case 'bool':
      readVarint(decoding);
      return (decoding.low | decoding.high) !== 0;
    case 'uint32':
      return readUint32(decoding);
    case 'sint32':
      return readSint32(decoding);
    case 'uint64':
      return readInt64(decoding, false);
    case 'fixed32':
      return readFixed32(decoding);
    case 'fixed64':
      return readFixed64(decoding, false);
    case 'sfixed64':
      return readFixed64(decoding, true);
    case 'time':
      return readTime(decoding);
    case 'double':
      return readDouble(decoding);
    case 'enum':
      // Values that a later version may add are read as unspecified, which is what 0 means everywhere.
      return field.values[readUint32(decoding)] ?? field.values[0];
    case 'traceId':
      return readId(decoding, field.name, 16);
    case 'spanId':
      return readId(decoding, field.name, 8);
    default:
      return readAnyValue(decoding, 1);
  }
}

/** An id in hex, or nothing when it is empty or all zero, both of which mean that there is none. */
function readId(decoding: Decoding, name: string, size: number): string {
  const start = readDelimited(decoding);
  const length = decoding.pos - start;
  if (length !== 0 && length !== size) throw new BadRecord(`${name} must be ${size} bytes, was ${length}`);
  const id = decoding.bytes.toString('hex', start, decoding.pos);
  return /^0*$/.test(id) ? '' : id;
}
