import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import 'reflect-metadata';
import { traced, Traced } from '../../../../src/index.ts';
import { activeName, record, type Recorded } from './recorded.ts';

let recorded: Recorded;
beforeEach(() => {
  recorded = record();
});
afterEach(() => recorded[Symbol.dispose]());

describe('traced', () => {
  it('keeps name, number of parameters, `this` and properties', () => {
    function total(this: { rate: number }, a: number, _b: number): number {
      assert.equal(activeName(), 'total');
      return this.rate * a;
    }
    const wrapped = traced(Object.assign(total, { version: 2 }));
    assert.deepEqual([wrapped.name, wrapped.length, wrapped.version], ['total', 2, 2]);
    assert.equal(wrapped.call({ rate: 3 }, 2, 0), 6);
    assert.deepEqual(recorded.names, ['total']);
  });

  it('takes name and attributes from its options', async () => {
    const find = traced(async (id: number) => id, { name: 'find order', attributes: (id) => ({ 'order.id': id }) });
    assert.equal(await find(7), 7);
    assert.deepEqual(recorded.find('find order').attributes, { 'order.id': 7 });
    assert.equal(
      Object.getPrototypeOf(Object.getPrototypeOf(find)),
      Object.getPrototypeOf(async () => {}),
    );
  });

  it('calls the function where making its attributes throws', () => {
    const wrapped = traced((text: string | null) => text, { name: 'work', attributes: (text) => ({ length: (text as string).length }) });
    assert.equal(wrapped(null), null);
    assert.deepEqual(recorded.names, ['work']);
  });

  it('can be constructed where the function can', () => {
    function Point(this: { x: number }, x: number): void {
      this.x = x;
    }
    const Wrapped = traced(Point) as unknown as new (x: number) => { x: number };
    const point = new Wrapped(4);
    assert.equal(point.x, 4);
    assert.ok(point instanceof Point && point instanceof Wrapped);
  });

  it('says what it must get', () => {
    assert.throws(() => traced(undefined as never), /traced\(\) must get a function, got undefined/);
  });
});

describe('@Traced()', () => {
  class Shop {
    rate = 2;
    price(amount: number): number {
      return amount * this.rate;
    }
    static open(): string {
      return 'open';
    }
  }

  it('names the span after class and method by TypeScript`s decorators', () => {
    class Legacy extends Shop {}
    const descriptor = Object.getOwnPropertyDescriptor(Shop.prototype, 'price') as PropertyDescriptor;
    Reflect.defineMetadata('path', '/price', descriptor.value as object);
    Traced()(Legacy.prototype, 'price', descriptor);
    Object.defineProperty(Legacy.prototype, 'price', descriptor);
    assert.equal(new Legacy().price(4), 8);
    assert.deepEqual(recorded.names, ['Legacy.price']);
    assert.equal(Reflect.getMetadata('path', descriptor.value as object), '/price');
  });

  it('and by those of the standard', () => {
    const price = Traced({ attributes: { unit: 'EUR' } })(Shop.prototype.price, { kind: 'method', name: 'price', static: false });
    assert.equal(price.call(new Shop(), 4), 8);
    assert.equal(Traced()(Shop.open, { kind: 'method', name: 'open', static: true }).call(Shop), 'open');
    assert.equal(Traced('opening')(Shop.open, { kind: 'method', name: 'open', static: true }).call(Shop), 'open');
    assert.deepEqual(recorded.names, ['Shop.price', 'Shop.open', 'opening']);
    assert.deepEqual(recorded.find('Shop.price').attributes, { unit: 'EUR' });
  });

  it('must stand on a method', () => {
    assert.throws(() => Traced()(Shop, 'field', {} as never), /@Traced\(\) must stand on a method, got field/);
    assert.throws(() => Traced()(undefined as never, { kind: 'field', name: 'rate', static: false } as never), /got rate/);
  });
});
