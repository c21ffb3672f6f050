/** A project in TypeScript, compiled with decorators of either kind: the types fit, and the methods are measured. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import { makeApplication } from './kit/application.ts';
import { startCollector } from './kit/collector.ts';
import { ROOT, runProgram } from './kit/run-program.ts';

const run = promisify(execFile);

const SHOP = `
declare const console: { log(line: string): void };
import { active, counted, counter, timed } from 'signalbox/metrics';

const orders = counter<{ channel: 'web' | 'bot' }>('shop.orders', { unit: '{order}' });

class Shop {
  static opened = 0;
  readonly #stock = 3;

  @timed('shop.checkout.duration', { attributes: { channel: 'web' } })
  async checkout<Cart extends { items: number }>(cart: Cart): Promise<Cart> {
    orders.add(1, { channel: 'web' });
    if (cart.items > this.#stock) throw new RangeError('sold out');
    return cart;
  }

  @active('shop.listing.active')
  @counted('shop.listings')
  *list(from: number, to: number): Generator<number, void> {
    for (let item = from; item < to; item++) yield item;
  }

  @counted('shop.opened')
  static open(this: typeof Shop): Shop {
    this.opened++;
    return new this();
  }
}

const shop: Shop = Shop.open();
const paid: { items: number } = await shop.checkout({ items: 1 });
const failed: string = await shop.checkout({ items: 9 }).then(() => 'paid', (error: Error) => error.name);
const items: number[] = [...shop.list(1, 3)];

const length = timed('shop.length', async (text: string, more?: number) => text.length + (more ?? 0), {
  attributes: (text) => ({ kind: text === '' ? 'empty' : 'text' }),
  onResult: (result) => void result.toFixed(),
});
const measured: number = await length('four');
const kept: string = counted('shop.kept')(<T,>(value: T): T => value)('kept');
console.log(JSON.stringify([paid, failed, items, measured, kept, Shop.opened, shop.list.name, Shop.prototype.checkout.length]));
`;

/** What only the decorators of TC39 can do. */
const OWN = `
declare const console: { log(line: string): void };
import { timed } from 'signalbox/metrics';

class Own {
  @timed('own.field') handler = (text: string): string => text;
  @timed('own.private') #secret(text: string): string { return text; }
  tell(): string { return this.#secret('told'); }
}
const own = new Own();
const texts: string[] = [own.handler('held'), own.tell()];
console.log(JSON.stringify(texts));
`;

const OPTIONS = [
  '--ignoreConfig',
  '--strict',
  '--module',
  'nodenext',
  '--target',
  'es2022',
  '--lib',
  'es2023',
  '--types',
  '',
  '--skipLibCheck',
  'false',
];

async function compileAndRun(source: string, flags: readonly string[]) {
  using application = makeApplication({ 'app.mts': source, 'package.json': { name: 'shop', type: 'module' } });
  symlinkSync(ROOT, join(application.folder, 'node_modules/signalbox'));
  await run(join(ROOT, 'node_modules/.bin/tsc'), [...OPTIONS, ...flags, 'app.mts'], { cwd: application.folder }).catch(
    (error: { stdout: string }) => assert.fail(error.stdout),
  );
  await using collector = await startCollector();
  const ending = await runProgram({ program: './app.mjs', cwd: application.folder, env: collector.env });
  assert.deepEqual({ code: ending.code, stderr: ending.ownStderr }, { code: 0, stderr: '' });
  const bare = await runProgram({ program: './app.mjs', cwd: application.folder, preload: 'none' });
  assert.equal(bare.stdout, ending.stdout);
  const points = (name: string): unknown[] => {
    const metric = collector.store.metrics().findLast((each) => each.name === name);
    return (metric?.points ?? []).map((point) => [
      Object.values(point.attributes).join(' '),
      'value' in point ? point.value : (point as { count?: unknown }).count,
    ]);
  };
  return { said: JSON.parse(ending.stdout) as unknown, points };
}

describe('decorators of signalbox/metrics', () => {
  for (const [kind, flags] of [
    ['TC39', []],
    ['experimentalDecorators', ['--experimentalDecorators']],
  ] as const) {
    it(`measure methods, compiled for ${kind}`, async () => {
      const { points, said } = await compileAndRun(SHOP, flags);
      assert.deepEqual(said, [{ items: 1 }, 'RangeError', [1, 2], 4, 'kept', 1, 'list', 1]);
      assert.deepEqual(points('shop.checkout.duration'), [
        ['web success', 1],
        ['web failure RangeError', 1],
      ]);
      assert.deepEqual(points('shop.listing.active'), [['', 0]]);
      for (const name of ['shop.listings', 'shop.opened', 'shop.kept']) assert.deepEqual(points(name), [['success', 1]], name);
      assert.deepEqual(points('shop.length'), [['text success', 1]]);
      assert.deepEqual(points('shop.orders'), [['web', 2]]);
    });
  }

  it('measure fields and private methods, compiled for TC39', async () => {
    const { points, said } = await compileAndRun(OWN, []);
    assert.deepEqual(said, ['held', 'told']);
    for (const name of ['own.field', 'own.private']) assert.deepEqual(points(name), [['success', 1]], name);
  });
});
