/** Values that do not fit, for each type of setting. A new type without samples is a type error. */
import type { Setting, SettingType } from '../../../src/config/setting.ts';

const NOT_A_NUMBER = ['abc', 'NaN', '-1', '1.5', '1e3', '5s', '0x10', '99999999999', '9'.repeat(400), '1 000', '٣'];

const BAD: Readonly<Record<SettingType, readonly string[]>> = {
  boolean: ['1', '0', 'yes', 'on', 'ja', 'true!', 'true,true', '__proto__'],
  integer: NOT_A_NUMBER,
  number: ['abc', '-0.1', '1.1', '2', 'NaN', 'Infinity', '0,5', '50%', '.'],
  enum: ['carrier-pigeon', '__proto__', 'constructor', 'toString', 'a,b', '\u202egrpc'],
  exporter: ['zipkn', 'otlp,zipkin', 'none,otlp', 'bogus,wrong', 'logging', '__proto__', 'hasOwnProperty'],
  text: ['two\nlines', 'a\u0007bell', 'x'.repeat(5000)],
  list: ['!!', 'no such thing,also not', '__proto__ x', 'none,!!', '\u202e'],
  'redaction-entries': ['a=b', '***', '/[/', '/(a+)+$/', '/.*/', '/x', '=,!!', 'x'.repeat(300), 'two\nlines'],
  'route-numbers': ['abc', '-1', '/a=', '=5', '/a=x', 'NaN', '1e999', '__proto__', 'x'.repeat(5000), '99999999999'],
  'log-levels': ['loud', 'db=loud', '=debug', 'info=db', '__proto__', 'x'.repeat(5000), 'info,db=LOUD'],
  headers: [
    'no equals sign',
    'api key=1',
    'a=b%ZZ',
    'a=one%0D%0Atwo',
    'a=ü',
    `a=${'x'.repeat(20_000)}`,
    '=x',
    '__proto__=x',
    'content-length=5',
    'ok=1,bad one=2,also bad=3',
  ],
  attributes: ['no equals sign', '=x', 'a=%ZZ', 'a=b,c', '__proto__=x', 'a=%E0%A4%A'],
  url: [
    'not a url',
    'http://',
    'http://host:99999',
    'http://host:0',
    'http://host:-1',
    'http://[::1',
    'http://a b',
    'ftp://host',
    'unix:///run/x.sock',
    'http:host',
    'http:\\\\host',
    'http://user:pw@host:4318/v1/traces',
    'http://http://host',
    '//host',
    ':4318',
    '\thttp://a\nb',
    'localhost:4318/v1/traces',
    'collector:4318/x',
  ],
  file: ['/does/not/exist.yaml', '.', 'a\u0000b'],
  certificate: ['/does/not/exist.pem', '.', 'package.json'],
  'private-key': ['/does/not/exist.pem', '.', 'package.json'],
  'instrumentation-options': [
    'not json',
    '[]',
    '5',
    'null',
    '{"pg":1}',
    '{"no-such":{}}',
    '{"__proto__":{"a":1},"x":2}',
    `${'['.repeat(20_000)}`,
    ' '.repeat(3) + `{"pg":"${'x'.repeat(70_000)}"}`,
  ],
};

/** The ones of its type, less those that this setting takes. */
export function badValues({ type, items, max }: Setting): readonly string[] {
  // Entries of a list without known values may have any name.
  if (items === 'conventions') return ['!!', 'none,!!', '\u202e'];
  if (type === 'number' && max !== 1) return BAD.number.filter((value) => !(Number(value) >= 0 && Number(value) < Infinity));
  return BAD[type];
}
