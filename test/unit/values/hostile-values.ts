/** Everything that an application has been seen to pass, and worse. */
const revoked = Proxy.revocable({}, {});
revoked.revoke();
const revokedArray = Proxy.revocable([], {});
revokedArray.revoke();
const revokedFunction = Proxy.revocable(() => {}, {});
revokedFunction.revoke();

const thrower = (): never => {
  throw new Error('thrown by the application');
};
const throwingProxy = new Proxy(
  {},
  { get: thrower, has: thrower, ownKeys: thrower, getPrototypeOf: thrower, getOwnPropertyDescriptor: thrower },
);
const endlessProxy: object = new Proxy(
  {},
  { get: () => endlessProxy, ownKeys: () => ['a', 'b'], getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true }) },
);

function circular(): object {
  const object: Record<string, unknown> = { list: [], map: new Map(), set: new Set() };
  object.self = object;
  (object.list as unknown[]).push(object);
  (object.map as Map<unknown, unknown>).set('self', object);
  (object.set as Set<unknown>).add(object);
  return object;
}

function deep(levels: number): object {
  let object: object = { end: true };
  for (let i = 0; i < levels; i++) object = i % 2 === 0 ? { in: object } : [object];
  return object;
}

class Odd {
  toString = thrower;
  valueOf = thrower;
  [Symbol.toPrimitive] = thrower;
  toJSON = thrower;
}

class EndlessSet extends Set<unknown> {
  override *[Symbol.iterator](): SetIterator<unknown> {
    for (;;) yield {};
  }
}

export const HOSTILE_VALUES: readonly (readonly [name: string, value: unknown])[] = [
  ['undefined', undefined],
  ['null', null],
  ['an empty string', ''],
  ['ten million characters', 'x'.repeat(10_000_000)],
  ['a lone surrogate', 'a\ud800b'],
  ['a NUL and an escape', 'a\u0000\u001b[31m\u2028b'],
  ['NaN', NaN],
  ['infinity', Infinity],
  ['a negative number', -1],
  ['a huge number', 1e308],
  ['a BigInt', 42n],
  ['a BigInt beyond 64 bits', 2n ** 70n],
  ['a BigInt of a million bits', 1n << 1_000_000n],
  ['a symbol', Symbol('s')],
  ['a function', () => 1],
  ['a throwing function', thrower],
  ['a class', Odd],
  ['true', true],
  ['an invalid date', new Date(NaN)],
  ['a date before 1970', new Date(-1e15)],
  ['a time in pieces', [NaN, -1]],
  ['an endless time', [Infinity, Infinity]],
  ['a boxed string', Object('boxed')],
  ['a regular expression', /x/],
  ['an error', new Error('e')],
  ['a rejected promise', Promise.reject(new Error('rejected')).catch(() => {})],
  ['a weak map', new WeakMap()],
  ['a revoked proxy', revoked.proxy],
  ['a revoked proxy of an array', revokedArray.proxy],
  ['a revoked proxy of a function', revokedFunction.proxy],
  ['a proxy that throws', throwingProxy],
  ['a proxy without an end', endlessProxy],
  ['a proxy with a bad length', new Proxy([], { get: (_target, key) => (key === 'length' ? 'many' : 1) })],
  ['a proxy of a date', new Proxy(new Date(), {})],
  [
    'getters that throw',
    Object.defineProperties(
      {},
      Object.fromEntries(
        [
          'name',
          'message',
          'code',
          'stack',
          'key',
          'kind',
          'root',
          'links',
          'startTime',
          'attributes',
          'context',
          'traceId',
          'then',
          'body',
        ].map((key) => [key, { get: thrower, enumerable: true }]),
      ),
    ),
  ],
  ['an object whose methods throw', new Odd()],
  ['an array whose element throws', Object.defineProperty([1, 2], 1, { get: thrower })],
  ['a null-prototype object', Object.assign(Object.create(null) as object, { a: 1 })],
  ['an own __proto__', JSON.parse('{"__proto__": {"polluted": true}}')],
  ['a cycle', circular()],
  ['twenty thousand levels', deep(20_000)],
  ['a wide object', Object.fromEntries(Array.from({ length: 50_000 }, (_, i) => [`k${i}`, i]))],
  ['a long array', Array.from({ length: 1_000_000 }, () => 'x')],
  ['a sparse array', Object.assign([], { length: 4_000_000_000 })],
  ['a set without an end', new EndlessSet()],
  ['ten million bytes', new Uint8Array(10_000_000)],
  ['floats', new Float64Array([1, NaN])],
  ['bytes of a detached buffer', detached()],
];

function detached(): Uint8Array {
  const bytes = new Uint8Array(8);
  structuredClone(bytes.buffer, { transfer: [bytes.buffer] });
  return bytes;
}

/** Characters and entries of exported data, to see that it is bounded. Throws on what is not plain data. */
export function sizeOf(value: unknown): number {
  switch (typeof value) {
    case 'string':
      if (!value.isWellFormed()) throw new Error('not well-formed');
      return value.length;
    case 'number':
    case 'boolean':
    case 'bigint':
    case 'undefined':
      return 8;
    case 'object': {
      if (value === null) return 8;
      if (value instanceof Uint8Array) return value.length;
      if (!Array.isArray(value) && Object.getPrototypeOf(value) !== Object.prototype) throw new Error('not plain data');
      return Object.entries(value).reduce((sum, [key, item]) => sum + key.length + sizeOf(item), 8);
    }
    default:
      throw new Error(`not data: ${typeof value}`);
  }
}
