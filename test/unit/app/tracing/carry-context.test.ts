import { context, propagation, SpanKind, trace } from '@opentelemetry/api';
import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, describe, it } from 'node:test';
import fc from 'fast-check';
import {
  addSqlComment,
  bindContext,
  extract,
  getBaggage,
  inject,
  startSpan,
  traceIds,
  withBaggage,
  withMessageSpan,
  withSpan,
} from '../../../../src/index.ts';
import { activeName, idOf, parentOf, record, type Recorded } from './recorded.ts';

let recorded: Recorded;
beforeEach(() => {
  recorded = record({ baggageHosts: ['bank.test'] });
});
afterEach(() => recorded[Symbol.dispose]());

/** A fresh carrier of each kind, and how one looks into it. */
const carriers: readonly [string, () => object, (carrier: never) => unknown][] = [
  ['an object', () => ({}), (carrier: Record<string, string>) => carrier['traceparent']],
  ['an object without a prototype', () => Object.create(null) as object, (carrier: Record<string, string>) => carrier['traceparent']],
  ['a Map', () => new Map(), (carrier: Map<string, string>) => carrier.get('traceparent')],
  ['Headers', () => new Headers(), (carrier: Headers) => carrier.get('traceparent')],
  ['URLSearchParams', () => new URLSearchParams(), (carrier: URLSearchParams) => carrier.get('traceparent')],
];

describe('inject and extract', () => {
  for (const [name, create, look] of carriers)
    it(`write to ${name} and read from it`, () => {
      const carrier = create();
      const sender = withSpan('sender', (span) => {
        assert.equal(inject(carrier), carrier);
        return span.spanContext();
      });
      assert.match(String(look(carrier as never)), new RegExp(`^00-${sender.traceId}-${sender.spanId}-0[13]$`));
      withSpan('receiver', { parent: extract(carrier) }, () => {});
      assert.equal(parentOf(recorded.find('receiver')), sender.spanId);
    });

  for (const [what, make] of Object.entries({
    'an object without a prototype': () => Object.create(null) as object,
    'a Map': () => new Map(),
    URLSearchParams: () => new URLSearchParams(),
    'a request of fetch': () => new Request('http://shop.example/'),
    'a message with headers': () => ({ key: 'a', headers: {} }),
    'a message whose headers are a Map': () => ({ headers: new Map() }),
    'a message without headers': () => ({ headers: null }),
    'an object of a class with get and set': () =>
      new (class {
        readonly #held = new Map<string, string>();
        get(name: string): string | undefined {
          return this.#held.get(name);
        }
        set(name: string, value: string): void {
          this.#held.set(name, value);
        }
      })(),
  }))
    it(`are written where they are read: ${what}`, () => {
      const carrier = make();
      withSpan('send', () => inject(carrier));
      withSpan('receive', { parent: extract(carrier) }, () => {});
      assert.equal(parentOf(recorded.find('receive')), idOf(recorded.find('send')));
    });

  it('read names in any case, bytes, lists, and the headers of a request', () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    for (const carrier of [
      { TraceParent: traceparent },
      { traceparent: Buffer.from(traceparent) },
      { traceparent: [traceparent] },
      { headers: { traceparent } },
      new Map([['Traceparent', traceparent]]),
    ])
      withSpan('receiver', { parent: extract(carrier) }, () =>
        assert.equal(traceIds()?.traceId, '0af7651916cd43dd8448eb211c80319c', JSON.stringify(carrier)),
      );
  });

  it('never throw, whatever the carrier', () => {
    fc.assert(
      fc.property(fc.anything(), fc.string(), (value, text) => {
        for (const carrier of [value, { traceparent: value, baggage: value }, { traceparent: text }]) extract(carrier as object);
        withSpan('sender', () => inject(Object.freeze({})));
        withSpan('receiver', { parent: extract(value as object) }, () => {});
      }),
    );
    const hostile = new Proxy({}, { get: () => assert.fail(), ownKeys: () => assert.fail(), defineProperty: () => assert.fail() });
    withSpan('sender', () => inject(hostile));
    assert.equal(trace.getSpan(extract(hostile)), undefined);
  });

  it('write nothing outside of a trace; what was sent without one stays below what runs', () => {
    assert.deepEqual(inject(), {});
    withSpan('outer', () => withSpan('inner', { parent: extract({}) }, () => {}));
    assert.equal(parentOf(recorded.find('inner')), idOf(recorded.find('outer')));
  });
});

describe('baggage', () => {
  it('is there for what runs, and leaves to hosts that are named', () => {
    withBaggage({ tenant: 'a b' }, () => {
      assert.equal(getBaggage('tenant'), 'a b');
      withSpan('sender', () => {
        assert.equal(inject({} as Record<string, string>)['baggage'], undefined);
        assert.equal(inject({} as Record<string, string>, { destination: 'elsewhere.test' })['baggage'], undefined);
        const sent = inject({} as Record<string, string>, { destination: 'bank.test' });
        assert.equal(sent['baggage'], 'tenant=a%20b');
        assert.equal(propagation.getBaggage(extract(sent))?.getEntry('tenant')?.value, 'a b');
      });
    });
    assert.equal(getBaggage('tenant'), undefined);
  });
});

describe('bindContext', () => {
  it('runs a function in the context in which it was bound', () => {
    const bound = withSpan('outer', () => bindContext((greeting: string) => `${greeting} ${activeName()}`));
    assert.equal(bound('hello'), 'hello outer');
  });

  it('runs the listeners of an emitter in it', () => {
    const emitter = new EventEmitter();
    withSpan('outer', () => assert.equal(bindContext(emitter), emitter));
    const heard: unknown[] = [];
    emitter.on('event', () => heard.push(activeName()));
    emitter.emit('event');
    assert.deepEqual(heard, ['outer']);
  });
});

describe('withMessageSpan', () => {
  const send = (name: string): { headers: object; spanId: string } =>
    withSpan(name, (span) => ({ headers: inject({}), spanId: span.spanContext().spanId }));

  it('is the child of the sender by default', () => {
    const { headers, spanId } = send('send');
    assert.equal(
      withMessageSpan('process', { from: headers }, () => 7),
      7,
    );
    const { kind, links } = recorded.find('process');
    assert.deepEqual([parentOf(recorded.find('process')), kind, links.length], [spanId, SpanKind.CONSUMER, 0]);
  });

  it('is linked by choice, in a trace of its own, with the baggage of the message', () => {
    const { headers, spanId } = send('send');
    withMessageSpan('process', { from: { ...headers, baggage: 'tenant=a' }, relation: 'link' }, () =>
      assert.equal(getBaggage('tenant'), 'a'),
    );
    const process = recorded.find('process');
    assert.equal(parentOf(process), undefined);
    assert.notEqual(process.spanContext().traceId, recorded.find('send').spanContext().traceId);
    assert.deepEqual(
      process.links.map((link) => link.context.spanId),
      [spanId],
    );
  });

  it('of a batch is linked to all senders, and to those that it is given', () => {
    const sent = ['a', 'b', 'c'].map(send);
    const other = startSpan('other');
    withSpan('poll', () =>
      withMessageSpan('process', { from: [...sent.map(({ headers }) => headers), undefined, {}], links: [other] }, () => {}),
    );
    const process = recorded.find('process');
    assert.equal(parentOf(process), idOf(recorded.find('poll')));
    assert.deepEqual(
      process.links.map((link) => link.context.spanId),
      [...sent.map(({ spanId }) => spanId), other.spanContext().spanId],
    );
  });
});

describe('addSqlComment', () => {
  it('names the trace in the format of sqlcommenter', () => {
    withSpan('query', (span) => {
      const { traceId, spanId } = span.spanContext();
      const comment = addSqlComment('select 1;', { route: "/it's", application: 'shop' });
      assert.match(
        comment,
        new RegExp(`^select 1 /\\*application='shop',route='%2Fit%27s',traceparent='00-${traceId}-${spanId}-0[13]'\\*/$`),
      );
      assert.equal(addSqlComment('select 1 /* mine */'), 'select 1 /* mine */');
      assert.equal(addSqlComment('select 1 -- mine'), 'select 1 -- mine');
      assert.equal(addSqlComment(' '), ' ');
    });
    assert.equal(addSqlComment('select 1'), 'select 1');
  });

  it('ends in one comment, whatever the tags say', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' })), (tags) => {
        const sql = withSpan('query', () => addSqlComment('select 1', tags));
        assert.match(sql, /^select 1 \/\*[\w%.~,='-]*\*\/$/);
      }),
    );
  });
});

it('a captured context is a parent as it is', () => {
  const outside = withSpan('outer', () => context.active());
  withSpan('inner', { parent: outside }, () => {});
  assert.equal(parentOf(recorded.find('inner')), idOf(recorded.find('outer')));
});
