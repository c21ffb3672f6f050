// oxlint-disable unicorn/no-thenable -- thenables are what is tested
import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { Duplex, PassThrough, Readable, Writable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import {
  addEvent,
  addLink,
  currentSpan,
  markExpected,
  expectedError,
  recordError,
  setAttributes,
  startSpan,
  traceIds,
  withSpan,
} from '../../../../src/index.ts';
import { activeName, idOf, parentOf, record, type Recorded } from './recorded.ts';

function later<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve!: (value: T) => void;
  return { promise: new Promise<T>((settle) => (resolve = settle)), resolve };
}

let recorded: Recorded;
beforeEach(() => {
  recorded = record();
});
afterEach(() => recorded[Symbol.dispose]());

describe('withSpan around something synchronous', () => {
  it('returns what the function returns, and ends the span', () => {
    const result = {};
    assert.equal(
      withSpan('work', (span) => {
        assert.equal(activeName(), 'work');
        assert.equal(currentSpan(), span);
        return result;
      }),
      result,
    );
    assert.deepEqual(recorded.names, ['work']);
    assert.equal(recorded.find('work').status.code, SpanStatusCode.UNSET);
  });

  it('nests under the active span', () => {
    withSpan('outer', () => withSpan('inner', () => {}));
    assert.equal(parentOf(recorded.find('inner')), idOf(recorded.find('outer')));
    assert.equal(parentOf(recorded.find('outer')), undefined);
  });

  it('starts the span as its options say', () => {
    const other = startSpan('other');
    withSpan(
      'work',
      {
        kind: 'client',
        attributes: { 'order.id': 7, left: undefined },
        links: [other, undefined, { to: other.spanContext(), attributes: { why: 'same' } }],
      },
      () => {},
    );
    const { kind, attributes, links } = recorded.find('work');
    assert.equal(kind, SpanKind.CLIENT);
    assert.deepEqual(attributes, { 'order.id': 7 });
    assert.deepEqual(
      links.map((link) => [link.context.spanId, link.attributes]),
      [
        [other.spanContext().spanId, {}],
        [other.spanContext().spanId, { why: 'same' }],
      ],
    );
    other.end();
  });

  it('takes a parent that is a span, a span context or a context, and starts a new trace on demand', () => {
    const parent = startSpan('parent');
    withSpan('of a span', { parent }, () => {});
    withSpan('of its context', { parent: parent.spanContext() }, () => {});
    withSpan('outer', () => withSpan('new trace', { root: true }, () => {}));
    assert.equal(parentOf(recorded.find('of a span')), parent.spanContext().spanId);
    assert.equal(parentOf(recorded.find('of its context')), parent.spanContext().spanId);
    assert.equal(parentOf(recorded.find('new trace')), undefined);
  });

  it('ends a span once that the function ended itself', () => {
    withSpan('work', (span) => span.end());
    assert.deepEqual(recorded.names, ['work']);
  });

  it('runs the function where the options are null', () => {
    assert.equal(
      withSpan('work', null as never, () => 7),
      7,
    );
  });

  it('says what it must get', () => {
    assert.throws(() => withSpan('work', {}, undefined as never), /withSpan\("work", …\) must get a function, got undefined/);
  });
});

describe('an error that leaves withSpan', () => {
  it('is the same, and makes the span an error', () => {
    class Refused extends Error {}
    const error = Object.freeze(new Refused('the card was refused'));
    assert.throws(
      () =>
        withSpan('charge', () => {
          throw error;
        }),
      (thrown) => thrown === error,
    );
    const { status, attributes, events } = recorded.find('charge');
    assert.deepEqual(status, { code: SpanStatusCode.ERROR, message: 'the card was refused' });
    assert.equal(attributes['error.type'], 'Refused');
    assert.deepEqual(
      events.map(({ name, attributes: { 'exception.message': message } = {} }) => [name, message]),
      [['exception', 'the card was refused']],
    );
  });

  for (const [thrown, type] of [
    [undefined, 'undefined'],
    [null, 'null'],
    ['text', 'string'],
    [Symbol('s'), 'symbol'],
    [{}, 'Object'],
    [Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }), 'ECONNREFUSED'],
  ] as const)
    it(`may be ${String(thrown)}`, () => {
      let caught: unknown = 'nothing';
      try {
        withSpan('work', () => {
          throw thrown;
        });
      } catch (error) {
        caught = error;
      }
      assert.equal(caught, thrown);
      const { status, attributes, events } = recorded.find('work');
      assert.deepEqual([status.code, attributes['error.type'], events.length], [SpanStatusCode.ERROR, type, 1]);
    });

  it('is no error of the span when it is expected', async () => {
    class NotFound extends Error {
      readonly [expectedError] = true;
    }
    const failing: [string, object, () => unknown][] = [
      ['by a predicate', { expected: (error: unknown) => error instanceof RangeError }, () => Promise.reject(new RangeError())],
      ['by its mark', {}, () => Promise.reject(markExpected(Object.freeze(new Error())))],
      ['by its class', {}, () => Promise.reject(new NotFound())],
    ];
    for (const [name, options, fn] of failing) {
      await assert.rejects(async () => withSpan(name, options, fn));
      const { status, events, attributes } = recorded.find(name);
      assert.deepEqual([status.code, events, attributes], [SpanStatusCode.UNSET, [], {}], name);
    }
  });

  it('is recorded where the predicate for expected ones throws itself', () => {
    const error = new Error('first');
    const expected = (): boolean => {
      throw new Error('second');
    };
    assert.throws(
      () =>
        withSpan('work', { expected }, () => {
          throw error;
        }),
      error,
    );
    assert.equal(recorded.find('work').status.message, 'first');
  });
});

describe('withSpan around a promise', () => {
  it('ends the span when it is fulfilled', async () => {
    const { promise, resolve } = later<string>();
    const result = withSpan('work', async () => {
      const got = await promise;
      assert.equal(activeName(), 'work');
      return got;
    });
    assert.deepEqual(recorded.names, []);
    resolve('done');
    assert.equal(await result, 'done');
    assert.deepEqual(recorded.names, ['work']);
  });

  it('records why it is rejected', async () => {
    const error = new TypeError('no');
    await assert.rejects(
      withSpan('work', async () => {
        throw error;
      }),
      (thrown) => thrown === error,
    );
    assert.equal(recorded.find('work').attributes['error.type'], 'TypeError');
  });

  it('returns the same promise that the function returned', async () => {
    class Own<T> extends Promise<T> {}
    for (const promise of [Promise.resolve(1), Own.resolve(2)]) {
      assert.equal(
        withSpan('work', () => promise),
        promise,
      );
      await promise;
    }
    await nextTurn();
    assert.deepEqual(recorded.names, ['work', 'work']);
  });
});

describe('withSpan around a thenable of its own class', () => {
  class Query {
    runs = 0;
    ranIn: string | undefined;
    then(onFulfilled: (rows: number[]) => unknown): void {
      this.runs++;
      this.ranIn = activeName();
      queueMicrotask(() => onFulfilled([1]));
    }
  }

  it('does not start it, and covers it when it is awaited', async () => {
    const query = new Query();
    const before = Reflect.ownKeys(query);
    const result = withSpan('query', () => query);
    assert.equal(result, query);
    assert.equal(query.runs, 0);
    assert.deepEqual(recorded.names, []);
    assert.deepEqual(await result, [1]);
    assert.deepEqual([query.runs, query.ranIn, recorded.names], [1, 'query', ['query']]);
    assert.deepEqual(Reflect.ownKeys(query), before);
    await query;
    assert.equal(query.runs, 2);
  });

  it('calls back in the context of the caller', async () => {
    const { promise, resolve } = later<string | undefined>();
    withSpan('caller', () => void withSpan('query', () => new Query()).then(() => resolve(activeName())));
    assert.equal(await promise, 'caller');
  });

  it('records why it fails', async () => {
    const failing = {
      then(_: unknown, onRejected: (error: Error) => void) {
        onRejected(new RangeError('bad query'));
      },
    };
    await assert.rejects(async () => void (await (withSpan('query', () => failing) as unknown)), RangeError);
    assert.equal(recorded.find('query').attributes['error.type'], 'RangeError');
  });

  it('ends with the turn when nobody awaits it, and leaves it as it was', async () => {
    const query = new Query();
    const before = Reflect.ownKeys(query);
    withSpan('query', () => query);
    await nextTurn();
    assert.deepEqual([query.runs, recorded.names, Reflect.ownKeys(query)], [0, ['query'], before]);
  });

  it('leaves a frozen one alone', async () => {
    const query = Object.freeze({ then: (resolve: (value: number) => void) => resolve(3) });
    assert.equal(await withSpan('query', () => query), 3);
    assert.deepEqual(recorded.names, ['query']);
  });
});

describe('withSpan around a generator', () => {
  function* count(): Generator<number, string, unknown> {
    try {
      for (let i = 0; i < 3; i++) {
        withSpan('step', () => {});
        yield i;
      }
      return 'counted';
    } finally {
      withSpan('clean up', () => {});
    }
  }

  it('ends the span with its last step; what it does is within', () => {
    const generator = withSpan('count', count);
    assert.deepEqual(recorded.names, []);
    const seen: unknown[] = [];
    for (const value of generator) seen.push(value, activeName());
    assert.deepEqual(seen, [0, undefined, 1, undefined, 2, undefined]);
    assert.deepEqual(recorded.names, ['step', 'step', 'step', 'clean up', 'count']);
    for (const span of recorded.spans.slice(0, -1)) assert.equal(parentOf(span), idOf(recorded.find('count')));
    assert.deepEqual(Reflect.ownKeys(generator), []);
  });

  it('ends it when the generator is left early', () => {
    for (const value of withSpan('count', count)) if (value === 1) break;
    const [first] = withSpan('first', count);
    assert.equal(first, 0);
    assert.deepEqual(recorded.names, ['step', 'step', 'clean up', 'count', 'step', 'clean up', 'first']);
  });

  it('records what it throws', () => {
    assert.throws(() => [
      ...withSpan('count', function* () {
        yield 1;
        throw new RangeError('enough');
      }),
    ]);
    assert.equal(recorded.find('count').attributes['error.type'], 'RangeError');
  });

  it('ends it when the generator is dropped halfway, and collected', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    (() => withSpan('count', count).next())();
    for (let turn = 0; turn < 100 && !recorded.names.includes('count'); turn++) {
      collect();
      await nextTurn();
    }
    assert.deepEqual(recorded.names, ['step', 'count']);
  });

  it('returns the generator itself', () => {
    const generator = count();
    assert.equal(
      withSpan('count', () => generator),
      generator,
    );
    generator.return('');
    assert.deepEqual(recorded.names, ['clean up', 'count'].slice(1));
  });
});

describe('withSpan around something async that is iterated', () => {
  async function* pages(): AsyncGenerator<number> {
    try {
      for (let i = 0; i < 3; i++) {
        await nextTurn();
        withSpan('page', () => {});
        yield i;
      }
    } finally {
      await nextTurn();
      withSpan('close', () => {});
    }
  }

  it('ends the span with the last step, or when it is left', async () => {
    for await (const _ of withSpan('all', pages));
    for await (const _ of withSpan('some', pages)) break;
    assert.deepEqual(recorded.names, ['page', 'page', 'page', 'close', 'all', 'page', 'close', 'some']);
    for (const span of recorded.spans.slice(0, 4)) assert.equal(parentOf(span), idOf(recorded.find('all')));
  });

  it('follows one that a promise brings', async () => {
    for await (const _ of await withSpan('stream', async () => pages()));
    assert.deepEqual(recorded.names.at(-1), 'stream');
  });

  it('follows an object that can be iterated when that begins at once, and otherwise takes it for a value', async () => {
    const list = { [Symbol.asyncIterator]: pages };
    const before = Object.getOwnPropertyDescriptors(list);
    for await (const _ of withSpan('iterated', () => list));
    assert.equal(recorded.names.at(-1), 'iterated');
    assert.equal(
      withSpan('value', () => list),
      list,
    );
    await nextTurn();
    assert.equal(recorded.names.at(-1), 'value');
    assert.deepEqual(Object.getOwnPropertyDescriptors(list), before);
  });

  it('records what it throws', async () => {
    const failing = withSpan('failing', async function* () {
      yield 1;
      throw new RangeError('enough');
    });
    await assert.rejects(async () => {
      for await (const _ of failing);
    }, RangeError);
    assert.equal(recorded.find('failing').attributes['error.type'], 'RangeError');
  });
});

describe('withSpan around a stream', () => {
  it('ends the span when it has ended', async () => {
    const stream = withSpan('read', () => Readable.from(['a', 'b']));
    await stream.toArray();
    assert.deepEqual(recorded.names, ['read']);
  });

  it('ends it when it is destroyed', async () => {
    const stream = withSpan('read', () => new Readable({ read() {} }));
    stream.destroy();
    await once(stream, 'close');
    assert.equal(recorded.find('read').status.code, SpanStatusCode.UNSET);
  });

  it('records its failure, which is handled by those who handled it before', async () => {
    const stream = withSpan('read', () => new Readable({ read() {} }));
    assert.equal(stream.listenerCount('error'), 0);
    const before = process.rawListeners('uncaughtException');
    process.removeAllListeners('uncaughtException');
    const heard = once(process, 'uncaughtException');
    stream.destroy(new RangeError('lost'));
    await heard;
    for (const listener of before) process.on('uncaughtException', listener as () => void);
    assert.equal(recorded.find('read').attributes['error.type'], 'RangeError');
  });

  it('covers both sides', async () => {
    const through = withSpan('through', () => new PassThrough());
    through.end('x');
    assert.deepEqual(recorded.names, []);
    await through.toArray();
    const sink = withSpan('write', () => new Writable({ write: (_chunk, _encoding, done) => done() }));
    sink.end('x');
    await once(sink, 'close');
    const pair = withSpan('duplex', () => new Duplex({ read() {}, write() {} }));
    pair.destroy();
    await once(pair, 'close');
    assert.deepEqual(recorded.names, ['through', 'write', 'duplex']);
  });

  it('leaves a stream of the web unlocked, and ends with it', async () => {
    const make = (): ReadableStream => new ReadableStream({ start: (controller) => (controller.enqueue(1), controller.close()) });
    const stream = withSpan('read', make);
    assert.equal(stream.locked, false);
    for await (const _ of stream);
    await withSpan('cancelled', () => new ReadableStream()).cancel();
    await nextTurn();
    assert.deepEqual(recorded.names, ['read', 'cancelled']);
  });

  it('takes what only has events for a value', () => {
    withSpan('value', () => new EventEmitter());
    assert.deepEqual(recorded.names, ['value']);
  });
});

describe('what code adds to the active span', () => {
  it('stands on it', () => {
    withSpan('work', () => {
      const other = startSpan('other');
      setAttributes({ 'http.response.status_code': 200, 'order.id': 'a' });
      addEvent('cache missed', { key: 'k' });
      addLink(other);
      other.end();
      recordError(new RangeError('caught'));
      assert.deepEqual(traceIds(), {
        traceId: currentSpan()?.spanContext().traceId,
        spanId: currentSpan()?.spanContext().spanId,
        isSampled: true,
      });
    });
    const { attributes, events, links, status } = recorded.find('work');
    assert.deepEqual(attributes, { 'http.response.status_code': 200, 'order.id': 'a', 'error.type': 'RangeError' });
    assert.deepEqual(
      events.map(({ name }) => name),
      ['cache missed', 'exception'],
    );
    assert.equal(links.length, 1);
    assert.equal(status.code, SpanStatusCode.ERROR);
  });

  it('goes nowhere where there is none', () => {
    setAttributes({ a: 1 });
    addEvent('x');
    addLink(startSpan('other'));
    recordError(new Error());
    assert.deepEqual([currentSpan(), traceIds(), recorded.names], [undefined, undefined, []]);
  });
});

describe('startSpan', () => {
  it('ends the span when it is disposed of, once', () => {
    const span = startSpan('block');
    assert.equal(currentSpan(), undefined);
    span[Symbol.dispose]();
    span[Symbol.dispose]();
    assert.deepEqual(recorded.names, ['block']);
    assert.deepEqual(Object.keys(span).includes('Symbol(Symbol.dispose)'), false);
  });
});

describe('without telemetry', () => {
  it('each helper runs the function and does nothing else', async () => {
    recorded[Symbol.dispose]();
    const query = { then: () => assert.fail('it was started') };
    const generator = (function* () {})();
    for (const value of [1, query, generator, Promise.resolve(1)]) {
      const keys = Reflect.ownKeys(Object(value));
      assert.equal(
        withSpan('work', () => value),
        value,
      );
      assert.deepEqual(Reflect.ownKeys(Object(value)), keys);
    }
    startSpan('block')[Symbol.dispose]();
    assert.equal(
      withSpan('work', () => traceIds()),
      undefined,
    );
  });

  it('an unsampled trace is carried on, and nothing is followed', () => {
    recorded[Symbol.dispose]();
    const unsampled = record({ isSampled: false });
    withSpan('outer', () => {
      const outer = traceIds();
      withSpan('inner', () => assert.equal(traceIds()?.traceId, outer?.traceId));
      assert.equal(outer?.isSampled, false);
    });
    assert.deepEqual(unsampled.names, []);
    unsampled[Symbol.dispose]();
  });
});
