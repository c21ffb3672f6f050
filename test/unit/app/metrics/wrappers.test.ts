import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { active, counted, timed, histogram } from '../../../../src/app/metrics/index.ts';
import { startCollecting } from './collected.ts';

const collected = startCollecting();
const SUCCESS = { outcome: 'success' };

describe('a wrapped function', () => {
  it('has its name, arity, properties, `this` and `new`', () => {
    class Shop {
      open = true;
      isOpen(_at: Date, _where: string): boolean {
        return this.open;
      }
    }
    const isOpen = timed('t', Shop.prototype.isOpen);
    assert.deepEqual([isOpen.name, isOpen.length], ['isOpen', 2]);
    assert.equal(isOpen.call(new Shop(), new Date(), ''), true);
    const withProperties = counted(
      'c',
      Object.assign(() => 1, { displayName: 'x' }),
    );
    assert.equal(withProperties.displayName, 'x');
    const Wrapped = active('a', Shop as unknown as () => void) as unknown as typeof Shop;
    assert.ok(new Wrapped() instanceof Shop);
    class Larger extends Wrapped {}
    assert.equal(new Larger().isOpen(new Date(), ''), true);
  });

  it('is measured with outcome, error.type and attributes, and its result is told', async () => {
    const sizes = histogram('answer.size', { unit: 'By' });
    const load = timed(
      'load.duration',
      async (fail: boolean) => {
        if (fail) throw Object.assign(new Error('secret 4711'), { code: 'ECONNRESET' });
        return 'answer';
      },
      {
        attributes: (fail) => ({ asked: fail ? 'badly' : 'well' }),
        onResult: (answer, attributes) => sizes.record(answer.length, attributes),
      },
    );
    assert.equal(await load(false), 'answer');
    await assert.rejects(load(true), /secret/);
    assert.deepEqual(
      (await collected.points('load.duration')).map(({ attributes, value }) => ({ attributes, value })),
      [
        { attributes: { asked: 'well', ...SUCCESS }, value: 1 },
        { attributes: { asked: 'badly', outcome: 'failure', 'error.type': 'ECONNRESET' }, value: 1 },
      ],
    );
    assert.deepEqual(await collected.points('answer.size'), [{ attributes: { asked: 'well', ...SUCCESS }, value: 1, sum: 6 }]);
  });

  it('outlives hooks of the application that throw', async () => {
    const thrower = (): never => {
      throw new Error('of a hook');
    };
    const load = counted('hooks', () => 1, { attributes: thrower, onResult: thrower });
    assert.equal(load(), 1);
    assert.deepEqual(await collected.points('hooks'), [{ attributes: SUCCESS, value: 1, sum: 1 }]);
  });

  it('whatever it does: the same comes out, it is counted once, and nothing stays active', async () => {
    let run = 0;
    const failure = new Error('e');
    const value = fc.oneof(fc.anything(), fc.constant(undefined));
    const kinds = fc.constantFrom('returns', 'throws', 'resolves', 'rejects', 'generates', 'generates-async');
    await fc.assert(
      fc.asyncProperty(kinds, value, async (kind, given) => {
        const name = `run${run++}`;
        const original = {
          returns: () => given,
          throws: () => {
            throw failure;
          },
          resolves: async () => given,
          rejects: async () => {
            throw failure;
          },
          *generates() {
            yield given;
          },
          async *'generates-async'() {
            yield given;
          },
        }[kind] as () => unknown;
        const wrapped = active(`${name}.active`, counted(`${name}.calls`, timed(`${name}.duration`, original)));
        assert.deepEqual(await outcomeOf(wrapped), await outcomeOf(original));
        const counts = await Promise.all(['calls', 'duration', 'active'].map((each) => collected.points(`${name}.${each}`)));
        assert.deepEqual(
          counts.map((points) => points.map((point) => point.value)),
          [[1], [1], [0]],
        );
      }),
      { numRuns: 150 },
    );
  });
});

/** What comes out of a call, with what generators yield. */
async function outcomeOf(fn: () => unknown): Promise<unknown> {
  try {
    const result = fn();
    const settled = await result;
    const isGenerator = Object.prototype.toString.call(settled).endsWith('Generator]');
    if (!isGenerator) return ['result', settled === result, settled];
    const items: unknown[] = [];
    for await (const item of settled as AsyncGenerator) items.push(item);
    return ['generated', items];
  } catch (error) {
    return ['thrown', error];
  }
}
