import assert from 'node:assert/strict';
import { once } from 'node:events';
import { PassThrough, Readable } from 'node:stream';
import { describe, it } from 'node:test';
import { followResult } from '../../../../src/app/follow/follow-result.ts';

/** How often and how it was said to be over. */
function listen(): { readonly ends: [isFailed: boolean, outcome: unknown][]; readonly end: (isFailed: boolean, outcome: unknown) => void } {
  const ends: [boolean, unknown][] = [];
  return { ends, end: (isFailed, outcome) => void ends.push([isFailed, outcome]) };
}

describe('what a function returned is over', () => {
  it('at once, when it is a value', () => {
    for (const value of [undefined, null, 1, 'text', {}, [], new Map(), () => 1]) {
      const { end, ends } = listen();
      assert.equal(followResult(value, { end }), value);
      assert.deepEqual(ends, [[false, value]]);
    }
  });

  it('when a promise settles, which is itself, with what it has of its own', async () => {
    const { end, ends } = listen();
    const own = Object.assign(Promise.resolve(1), { cancel: () => 'cancelled' });
    const result = followResult(own, { end });
    assert.equal(result, own);
    assert.deepEqual(ends, []);
    assert.deepEqual([await own, await Promise.all([own, own])], [1, [1, 1]]);
    assert.deepEqual(ends, [[false, 1]]);
    assert.deepEqual(Object.getOwnPropertyNames(own), ['cancel']);

    const error = new Error('e');
    const rejected = Promise.reject(error);
    assert.equal(followResult(rejected, { end }), rejected);
    await assert.rejects(rejected, error);
    assert.deepEqual(ends[1], [true, error]);
    assert.equal(rejected.then(undefined, () => 1).constructor, Promise);
  });

  it('when the promise of an async function settles; another settles alike', async () => {
    const { end, ends } = listen();
    const work = async (): Promise<number> => 1;
    assert.equal(await followResult(work(), { end }, work), 1);
    assert.deepEqual(ends, [[false, 1]]);
  });

  it('for all who follow one promise', async () => {
    const { end, ends } = listen();
    const promise = Promise.resolve(1);
    assert.equal(followResult(promise, { end }), followResult(promise, { end }));
    await promise;
    assert.equal(ends.length, 2);
    followResult(promise, { end });
    await promise;
    assert.equal(ends.length, 3);
  });

  it('when a promise of its own class settles, which stays itself, and runs only when it is asked', async () => {
    const { end, ends } = listen();
    class Query extends Promise<number> {
      runs = 0;
      // oxlint-disable-next-line no-thenable
      override then(...args: Parameters<Promise<number>['then']>): never {
        this.runs++;
        return Promise.resolve(7).then(...args) as never;
      }
    }
    const query = new Query(() => {});
    const result = followResult(query, { end });
    assert.equal(result, query);
    assert.equal(query.runs, 0);
    assert.equal(await query, 7);
    assert.equal(query.runs, 1);
    assert.deepEqual(ends, [[false, 7]]);
    assert.deepEqual(Object.getOwnPropertyNames(query), ['runs']);
  });

  it('when a thenable is rejected, whether or not the caller listens for that', async () => {
    for (const listens of [true, false]) {
      const { end, ends } = listen();
      const error = new Error('e');
      // oxlint-disable-next-line no-thenable
      const thenable = { then: (ok: never, failed: never) => Promise.reject(error).then(ok, failed) };
      assert.equal(followResult(thenable, { end }), thenable);
      const settled = listens
        ? thenable.then(undefined as never, ((e: unknown) => e) as never)
        : thenable.then(undefined as never, undefined as never);
      if (listens) assert.equal(await settled, error);
      else await assert.rejects(settled, error);
      assert.deepEqual(ends, [[true, error]]);
    }
  });

  it('when a thenable settles that has its own `then`, which it keeps: it may be awaited again', async () => {
    const { end, ends } = listen();
    // oxlint-disable-next-line no-thenable
    const counted = { runs: 0, then: (ok: (runs: number) => unknown) => ok(++counted.runs) };
    // oxlint-disable-next-line no-thenable
    const byGetter = Object.defineProperty({}, 'then', { get: () => counted.then, configurable: true });
    for (const thenable of [counted, byGetter]) {
      const before = Object.getOwnPropertyDescriptor(thenable, 'then');
      assert.equal(followResult(thenable, { end }), thenable);
      const first = await (thenable as PromiseLike<number>);
      assert.deepEqual(Object.getOwnPropertyDescriptor(thenable, 'then'), before);
      assert.equal(await (thenable as PromiseLike<number>), first + 1);
    }
    assert.deepEqual(ends, [[false, 1], [false, 3]]); // prettier-ignore
  });

  it('when a generator is done, is left early, or throws', () => {
    function* numbers(): Generator<number, string> {
      yield 1;
      yield 2;
      return 'last';
    }
    const done = listen();
    assert.deepEqual([...(followResult(numbers(), { end: done.end }) as Generator)], [1, 2]);
    assert.deepEqual(done.ends, [[false, 'last']]);

    const left = listen();
    const generator = numbers();
    assert.equal(followResult(generator, { end: left.end }), generator);
    for (const _ of generator) break;
    assert.deepEqual(left.ends, [[false, undefined]]);
    assert.deepEqual(Object.getOwnPropertyNames(generator), []);

    const thrown = listen();
    const error = new Error('e');
    assert.throws(() => (followResult(numbers(), { end: thrown.end }) as Generator).throw(error), error);
    assert.deepEqual(thrown.ends, [[true, error]]);
  });

  it('when an asynchronous generator is done, also one that a promise brought', async () => {
    async function* numbers(): AsyncGenerator<number, string> {
      yield 1;
      return 'last';
    }
    const direct = listen();
    for await (const number of followResult(numbers(), { end: direct.end }) as AsyncGenerator) assert.equal(number, 1);
    assert.deepEqual(direct.ends, [[false, 'last']]);

    const brought = listen();
    const generator = (await followResult(
      (async () => numbers())().then((made) => made),
      brought,
    )) as AsyncGenerator;
    assert.deepEqual(brought.ends, []);
    for await (const _ of generator);
    assert.deepEqual(brought.ends, [[false, 'last']]);
  });

  it('when a stream closes, with its error, of which it makes no handled one', async () => {
    const read = listen();
    const stream = Readable.from(['a', 'b']);
    assert.equal(followResult(stream, { end: read.end }), stream);
    assert.equal(stream.listenerCount('error'), 0);
    assert.deepEqual(read.ends, []);
    stream.resume();
    await once(stream, 'close');
    assert.deepEqual(read.ends, [[false, stream]]);

    const failed = listen();
    const broken = new PassThrough();
    followResult(broken, { end: failed.end });
    const error = new Error('e');
    broken.on('error', () => {});
    const closed = new Promise((resolve) => broken.on('close', resolve));
    broken.destroy(error);
    await closed;
    assert.deepEqual(failed.ends, [[true, error]]);
  });
});
