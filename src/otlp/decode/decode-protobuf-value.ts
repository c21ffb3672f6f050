/** KeyValue and AnyValue, of which attributes and bodies consist. */
import { forEachField, MESSAGE_BYTES, spend, VALUE_BYTES, within, wrongType, type Decoding } from './decoding.ts';
import { BadRecord } from './refusal.ts';
import { MAX_VALUE_DEPTH, setKey, type Row } from './schema.ts';
import { DELIMITED, FIXED64, readBytes, readDouble, readInt64, readString, readVarint, skipField, VARINT } from './wire.ts';

export function readKeyValue(decoding: Decoding, target: Row, depth: number): void {
  spend(decoding, VALUE_BYTES);
  within(decoding, DELIMITED, 'a key and value', () => {
    let key = '';
    let value: unknown = null;
    forEachField(decoding, (number, type) => {
      if (number === 1 && type === DELIMITED) key = readString(decoding);
      else if (number === 2 && type === DELIMITED) value = readAnyValue(decoding, depth);
      else if (number === 1 || number === 2) throw wrongType('a key or value', DELIMITED, type);
      else skipField(decoding, type);
    });
    setKey(target, key, value);
  });
}

/** Reads the length-delimited AnyValue at hand. */
export function readAnyValue(decoding: Decoding, depth: number): unknown {
  if (depth > MAX_VALUE_DEPTH) throw new BadRecord(`a value must be nested at most ${MAX_VALUE_DEPTH} deep, was deeper`);
  return within(decoding, DELIMITED, 'a value', () => {
    let value: unknown = null;
    forEachField(decoding, (number, type) => {
      const expected = ANY_VALUE_TYPES[number];
      if (expected === undefined) return skipField(decoding, type);
      if (type !== expected) throw wrongType('a value', expected, type);
      value = readAnyField(decoding, number, depth);
    });
    return value;
  });
}

/** Wire types of the fields of AnyValue, by number. */
const ANY_VALUE_TYPES = [undefined, DELIMITED, VARINT, VARINT, FIXED64, DELIMITED, DELIMITED, DELIMITED];

function readAnyField(decoding: Decoding, number: number, depth: number): unknown {
  switch (number) {
    case 1:
      return readString(decoding);
    case 2:
      readVarint(decoding);
      return (decoding.low | decoding.high) !== 0;
    case 3:
      return readInt64(decoding, true);
    case 4:
      return readDouble(decoding);
    case 5: {
      const list: unknown[] = [];
      readValues(decoding, () => {
        spend(decoding, VALUE_BYTES);
        list.push(readAnyValue(decoding, depth + 1));
      });
      return list;
    }
    case 6: {
      const object: Row = {};
      readValues(decoding, () => readKeyValue(decoding, object, depth + 1));
      return object;
    }
    default:
      return readBytes(decoding);
  }
}

/** The elements of an ArrayValue or KeyValueList. */
function readValues(decoding: Decoding, readElement: () => void): void {
  spend(decoding, MESSAGE_BYTES);
  within(decoding, DELIMITED, 'a list of values', () =>
    forEachField(decoding, (number, type) => {
      if (number !== 1) skipField(decoding, type);
      else if (type === DELIMITED) readElement();
      else throw wrongType('an element of a value', DELIMITED, type);
    }),
  );
}
