/** Whatever a function returns or throws comes back identical, every span ends once, and each is below the span that it was started in. */
// oxlint-disable unicorn/no-thenable -- thenables are what is tested
import assert from 'node:assert/strict';
import { PassThrough, Readable } from 'node:stream';
import { finished, pipeline } from 'node:stream/promises';
import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, it } from 'node:test';
import fc from 'fast-check';
import { withSpan } from '../../../../src/index.ts';
import { idOf, parentOf, record, type Recorded } from './recorded.ts';

let recorded: Recorded;
beforeEach(() => {
  recorded = record();
});
afterEach(() => recorded[Symbol.dispose]());

const anything = fc.oneof(
  fc.anything({
    withDate: true,
    withMap: true,
    withSet: true,
    withTypedArray: true,
    withBigInt: true,
    withNullPrototype: true,
    withSparseArray: true,
  }),
  fc.func(fc.anything()),
  fc.constantFrom(Symbol.iterator, class Named {}, Object.freeze({ frozen: true }), new Proxy({}, { get: () => assert.fail('hostile') })),
  fc.anything().map((value) => ({ then: (resolve: (result: unknown) => void) => resolve(value) })),
);

/** Of an object, with what its properties are. */
const describeObject = (value: unknown): unknown =>
  (typeof value === 'object' && value !== null) || typeof value === 'function' ? Object.getOwnPropertyDescriptors(value) : value;

describe('whatever a function returns or throws', () => {
  it('comes back identical, as it was, and its span ends once', async () => {
    await fc.assert(
      fc.asyncProperty(anything, async (value) => {
        recorded.spans.length = 0;
        const before = describeObject(value);
        assert.ok(
          Object.is(
            withSpan('work', () => value),
            value,
          ),
        );
        await nextTurn();
        assert.deepEqual(describeObject(value), before);
        assert.deepEqual(recorded.names, ['work']);
      }),
      { numRuns: 300 },
    );
  });

  it('comes back identical when it is thrown', () => {
    fc.assert(
      fc.property(anything, (thrown) => {
        recorded.spans.length = 0;
        try {
          withSpan('work', () => {
            throw thrown;
          });
          assert.fail('nothing was thrown');
        } catch (error) {
          assert.ok(Object.is(error, thrown));
        }
        assert.deepEqual(recorded.names, ['work']);
      }),
      { numRuns: 300 },
    );
  });

  it('comes back identical from promises', async () => {
    await fc.assert(
      fc.asyncProperty(anything, fc.boolean(), async (value, rejects) => {
        recorded.spans.length = 0;
        // In an array, for a thenable would be followed by the promise itself.
        const outcome = [value];
        const promise = rejects ? Promise.reject(outcome) : Promise.resolve(outcome);
        assert.equal(
          withSpan('work', () => promise),
          promise,
        );
        const got = await withSpan('async work', async () => promise).catch((error: unknown) => error);
        assert.equal(got, outcome);
        await nextTurn();
        assert.deepEqual(recorded.names.sort(), ['async work', 'work']);
      }),
      { numRuns: 100 },
    );
  });

  it('comes back identical from generators, however many steps are taken', () => {
    fc.assert(
      fc.property(fc.array(anything), fc.nat(12), (values, steps) => {
        recorded.spans.length = 0;
        const generator = withSpan('work', function* () {
          yield* values;
        });
        for (let i = 0; i < steps; i++) {
          const { value, done } = generator.next();
          assert.ok(Object.is(value, values[i]));
          assert.equal(done, i >= values.length);
        }
        generator.return(undefined);
        assert.deepEqual(recorded.names, ['work']);
      }),
      { numRuns: 100 },
    );
  });
});

describe('a thousand tasks at a time', () => {
  it('each have their own parent', async () => {
    async function* parts(id: number): AsyncGenerator<number> {
      for (let i = 0; i < 3; i++) {
        await withSpan(`part of ${id}`, () => delay(id % 3));
        yield i;
      }
    }
    await Promise.all(
      Array.from({ length: 1000 }, (_, id) =>
        withSpan(`task ${id}`, async () => {
          await nextTurn();
          for await (const part of withSpan(`parts of ${id}`, () => parts(id))) if (part === id % 3) break;
          await delay(id % 2);
          await withSpan(`last of ${id}`, () => nextTurn());
        }),
      ),
    );
    const ids = new Map(recorded.spans.map((span) => [span.name, idOf(span)]));
    assert.equal(new Set(recorded.spans.map(idOf)).size, recorded.spans.length);
    for (const span of recorded.spans) {
      const [, kind, id] = /^(\w+)(?: of)? (\d+)$/.exec(span.name) as unknown as [string, string, string];
      const parent = { task: undefined, parts: `task ${id}`, last: `task ${id}`, part: `parts of ${id}` }[kind];
      assert.equal(parentOf(span), parent === undefined ? undefined : ids.get(parent), span.name);
    }
    assert.equal(recorded.spans.filter(({ name }) => name.startsWith('part of')).length, 334 + 333 * 2 + 333 * 3);
  });

  it('each have their own parent while streams end, fail and are destroyed', async () => {
    const uses = [
      async (stream: Readable): Promise<void> => void (await stream.toArray()),
      async (stream: Readable): Promise<void> => {
        for await (const _ of stream) break;
      },
      async (stream: Readable): Promise<void> => {
        stream.destroy(new RangeError('destroyed'));
        await finished(stream).catch(() => {});
      },
      (stream: Readable): Promise<void> => pipeline(stream, new PassThrough({ objectMode: true }).resume()),
    ];
    await Promise.all(
      Array.from({ length: 1000 }, (_, id) =>
        withSpan(`task ${id}`, async () => {
          await delay(id % 3);
          const stream = withSpan(`stream of ${id}`, () => Readable.from([1, 2, 3]));
          await nextTurn();
          await uses[id % uses.length]?.(stream);
          await withSpan(`last of ${id}`, () => nextTurn());
        }),
      ),
    );
    const ids = new Map(recorded.spans.map((span) => [span.name, idOf(span)]));
    assert.equal(recorded.spans.length, 3000);
    assert.equal(new Set(recorded.names).size, 3000);
    for (const span of recorded.spans) {
      const [, kind, id] = /^(\w+)(?: of)? (\d+)$/.exec(span.name) as unknown as [string, string, string];
      assert.equal(parentOf(span), kind === 'task' ? undefined : ids.get(`task ${id}`), span.name);
      assert.equal(span.attributes['error.type'], kind === 'stream' && Number(id) % 4 === 2 ? 'RangeError' : undefined, span.name);
    }
  });
});
