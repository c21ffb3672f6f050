import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { watchCache } from '../../../../../src/app/metrics/index.ts';
import { startCollecting } from '../collected.ts';

const collected = startCollecting();
const countsOf = async (name: string): Promise<Record<string, number>> =>
  Object.fromEntries(
    (await collected.points('cache.operations'))
      .filter(({ attributes }) => attributes['cache.name'] === name)
      .map(({ attributes, value }) => [`${String(attributes['cache.operation'])} ${String(attributes['cache.result'])}`, value]),
  );

describe('a watched cache', () => {
  it('of a Map is one, and counts what goes through it', async () => {
    const map = new Map([['a', 1]]);
    const watched = watchCache(map, { name: 'map' });
    assert.equal(watched.get('a'), 1);
    assert.equal(watched.get('b'), undefined);
    assert.equal(watched.set('b', 2), watched);
    assert.equal(watched.delete('a'), true);
    assert.deepEqual([watched.size, [...watched], watched instanceof Map, map.get('b')], [1, [['b', 2]], true, 2]);
    assert.equal(watched.get, watched.get);
    assert.deepEqual(Reflect.ownKeys(map), []);
    assert.deepEqual(await countsOf('map'), { 'get hit': 1, 'get miss': 1, 'set ok': 1, 'delete ok': 1 });
    watched.clear();
    assert.equal((await countsOf('map'))['clear ok'], 1);
    assert.deepEqual(
      (await collected.points('cache.entries')).map(({ attributes, value }) => [attributes['cache.name'], value]),
      [['map', 0]],
    );
  });

  it('of a store that answers later counts when it has answered, and its errors stay its own', async () => {
    class Store {
      #values = new Map<string, string>();
      async get(key: string): Promise<string | null> {
        if (key === 'broken') throw new Error('connection lost');
        return this.#values.get(key) ?? null;
      }
      async set(key: string, value: string): Promise<'OK'> {
        this.#values.set(key, value);
        return 'OK';
      }
    }
    const watched = watchCache(new Store(), { name: 'store' });
    assert.equal(await watched.set('a', '1'), 'OK');
    assert.equal(await watched.get('a'), '1');
    assert.equal(await watched.get('b'), null);
    await assert.rejects(watched.get('broken'), /connection lost/);
    assert.deepEqual(await countsOf('store'), { 'set ok': 1, 'get hit': 1, 'get miss': 1, 'get error': 1 });
  });

  it('says itself what a hit is, where nothing may be kept on purpose', async () => {
    const watched = watchCache(
      { get: (key: string) => ({ isFound: key === 'a' }), set() {} },
      {
        name: 'own',
        isHit: (value) => (value as { isFound: boolean }).isFound,
      },
    );
    watched.get('a');
    watched.get('b');
    assert.deepEqual(await countsOf('own'), { 'get hit': 1, 'get miss': 1 });
  });

  it('of what is no cache is that', () => {
    for (const value of [undefined, null, 1, 'text']) assert.equal(watchCache(value as never, undefined as never), value);
    assert.equal(Object.isFrozen(watchCache(Object.freeze({ get: () => 1, set() {} }), { name: 'frozen' })), true);
    assert.equal(watchCache(Object.freeze({ get: () => 1, set() {} }), { name: 'frozen' }).get(), 1);
  });
});
