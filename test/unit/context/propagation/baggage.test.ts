import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Baggage, Context } from '@opentelemetry/api';
import { createPropagator } from '../../../../src/context/propagation/create-propagator.ts';
import { api } from '../../../../src/runtime/otel.ts';

const { ROOT_CONTEXT, propagation, defaultTextMapGetter, defaultTextMapSetter } = api;
const everywhere = createPropagator({ propagators: ['baggage'], baggageHosts: ['*'] });

function receive(header: unknown): [key: string, value: string, metadata?: string][] | undefined {
  const context = everywhere.extract(ROOT_CONTEXT, { baggage: header }, defaultTextMapGetter);
  return propagation
    .getBaggage(context)
    ?.getAllEntries()
    .map(([key, { value, metadata }]) => (metadata ? [key, value, metadata.toString()] : [key, value]));
}

function send(baggage: Baggage): string | undefined {
  const headers: { baggage?: string } = {};
  everywhere.inject(propagation.setBaggage(ROOT_CONTEXT, baggage), headers, defaultTextMapSetter);
  return headers.baggage;
}

function sendEntries(entries: Record<string, unknown>): string | undefined {
  return send(propagation.createBaggage(entries as never));
}

describe('baggage that comes in', () => {
  test('members, white space, properties and equals signs in values', () => {
    assert.deepEqual(receive('key1=value1;property1;property2, key2 = value2\t, key3=value3; propertyKey=propertyValue'), [
      ['key1', 'value1', 'property1;property2'],
      ['key2', 'value2'],
      ['key3', 'value3', 'propertyKey=propertyValue'],
    ]);
    assert.deepEqual(receive('a=b=c==,empty=,b=1;'), [
      ['a', 'b=c=='],
      ['empty', ''],
      ['b', '1'],
    ]);
  });

  test('percent encoding, and what is not UTF-8 in it', () => {
    assert.deepEqual(receive('node=DF%2028,name=J%C3%BCrgen'), [
      ['node', 'DF 28'],
      ['name', 'J\u00fcrgen'],
    ]);
    assert.deepEqual(receive('a=%ff%41,b=100%,c=%zz'), [
      ['a', '\ufffdA'],
      ['b', '100%'],
      ['c', '%zz'],
    ]);
  });

  test('a malformed member is left out and the rest kept', () => {
    assert.deepEqual(receive('=1,novalue,b(d=1,a b=2,ok=3,,;x'), [['ok', '3']]);
    for (const header of ['', ' ', ',,', 'novalue', undefined, null, 7, {}, [], [undefined]]) assert.equal(receive(header), undefined);
  });

  test('the last of several members with one key counts', () => {
    assert.deepEqual(receive('a=1,b=2,a=3'), [
      ['a', '3'],
      ['b', '2'],
    ]);
  });

  test('a member named __proto__ is a member', () => {
    assert.deepEqual(receive('__proto__=1,constructor=2'), [
      ['__proto__', '1'],
      ['constructor', '2'],
    ]);
  });

  test('several headers are one', () => {
    assert.deepEqual(receive(['a=1', 'b=2,c=3', 7]), [
      ['a', '1'],
      ['b', '2'],
      ['c', '3'],
    ]);
  });

  test('180 members, 8192 characters and 4096 for one member are read, and no more', () => {
    const many = Array.from({ length: 400 }, (_, i) => `k${i}=v`).join(',');
    assert.equal(receive(many)?.length, 180);
    assert.equal(receive(Array.from({ length: 400 }, (_, i) => `k${i}=v`))?.length, 180);

    const thousand = Array.from({ length: 20 }, (_, i) => `k${i}=${'v'.repeat(1000)}`).join(',');
    assert.equal(receive(thousand)?.length, 8);
    assert.deepEqual(receive(`big=${'v'.repeat(4093)},small=1`), [['small', '1']]);
    assert.equal(receive(`big=${'v'.repeat(4092)}`)?.length, 1);
    assert.equal(receive(`${','.repeat(9000)}a=1`), undefined);
  });
});

describe('baggage that goes out', () => {
  test('is what came in', () => {
    const header = 'a=1;p;q=r,b=J%C3%BCrgen%20%2C%3B%3D';
    const context = everywhere.extract(ROOT_CONTEXT, { baggage: header }, defaultTextMapGetter);
    assert.equal(send(propagation.getBaggage(context) as Baggage), header);
  });

  test('is always a valid header', () => {
    const metadata = (text: string) => api.baggageEntryMetadataFromString(text);
    assert.equal(sendEntries({ 'a b(c)': { value: '1\r\n2' } }), 'a%20b%28c%29=1%0D%0A2');
    assert.equal(sendEntries({ a: { value: '1', metadata: metadata('x\r\ny: z') } }), 'a=1');
    assert.equal(sendEntries({ a: { value: '1', metadata: metadata('x,b=2') } }), 'a=1');
    assert.equal(sendEntries({ a: { value: '\ud800' }, b: { value: '2' }, '': { value: '3' } }), 'b=2');
    assert.equal(sendEntries({ a: undefined, b: { value: '2' } }), 'b=2');
    assert.equal(
      sendEntries({
        a: {
          value: '1',
          metadata: {
            toString() {
              throw new Error('no');
            },
          },
        },
        b: { value: '2' },
      }),
      'b=2',
    );
  });

  test('stays within the bounds, leaving out what does not fit', () => {
    const big = Object.fromEntries(Array.from({ length: 10 }, (_, i) => [`k${i}`, { value: 'v'.repeat(1000) }]));
    const sent = sendEntries({ huge: { value: 'v'.repeat(5000) }, ...big, last: { value: '1' } });
    assert.deepEqual(
      sent?.split(',').map((member) => member.split('=')[0]),
      ['k0', 'k1', 'k2', 'k3', 'k4', 'k5', 'k6', 'k7', 'last'],
    );
    const many = Object.fromEntries(Array.from({ length: 400 }, (_, i) => [`k${i}`, { value: 'v' }]));
    assert.equal(sendEntries(many)?.split(',').length, 180);
  });

  test('is not sent while tracing is suppressed, nor when there is none', () => {
    const headers = {};
    const context: Context = propagation.setBaggage(ROOT_CONTEXT, propagation.createBaggage({ a: { value: '1' } }));
    const suppressed = context.setValue(api.createContextKey('OpenTelemetry SDK Context Key SUPPRESS_TRACING'), true);
    everywhere.inject(suppressed, headers, defaultTextMapSetter);
    everywhere.inject(ROOT_CONTEXT, headers, defaultTextMapSetter);
    assert.deepEqual(headers, {});
    assert.equal(send(propagation.createBaggage()), undefined);
  });
});
