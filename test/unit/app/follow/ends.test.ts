/** The end comes once, at the right time, and with what went wrong. */
// oxlint-disable unicorn/no-thenable -- thenables are what is tested
import assert from 'node:assert/strict';
import { PassThrough, Readable } from 'node:stream';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { trace, type Span, type Tracer } from '@opentelemetry/api';
import { followResult } from '../../../../src/app/follow/follow-result.ts';
import { traced, withSpan } from '../../../../src/index.ts';
import { record, type Recorded } from '../tracing/recorded.ts';

let recorded: Recorded;
beforeEach(() => {
  recorded = record();
});
afterEach(() => recorded[Symbol.dispose]());

/** How often, and how, `result` was said to be over while `use` used it. */
async function endsOf<T>(result: T, use: (result: T) => unknown): Promise<[isFailed: boolean, outcome: unknown][]> {
  const ends: [boolean, unknown][] = [];
  await use(followResult(result, { end: (...end) => void ends.push(end) }));
  await nextTurn();
  return ends;
}

describe('the end comes once', () => {
  it('where several steps of a generator were asked for when it ended', async () => {
    async function* one(): AsyncGenerator<number, string> {
      yield 1;
      return 'last';
    }
    const ends = await endsOf(one(), (made) => Promise.all([made.next(), made.next(), made.next(), made.return('again')]));
    assert.deepEqual(ends, [[false, 'last']]);
  });

  it('where a thenable calls back several times', async () => {
    type Callback = (value: unknown) => void;
    const eager = {
      then(fulfilled: Callback, rejected: Callback): void {
        fulfilled(1);
        fulfilled(2);
        rejected(new Error('3'));
      },
    };
    assert.deepEqual(await endsOf(eager, async (made) => assert.equal(await made, 1)), [[false, 1]]);
  });

  it('where the application ended the span itself: it is not ended again', async () => {
    const calls: string[] = [];
    const tracer: Tracer = {
      startSpan(name) {
        const span = trace.getTracer('t').startSpan(name);
        return Object.assign(Object.create(span) as Span, { end: () => void (calls.push(name), span.end()) });
      },
      startActiveSpan: () => assert.fail(),
    };
    await withSpan('async', { tracer }, async (span) => span.end());
    withSpan('sync', { tracer }, (span) => span.end());
    withSpan('untouched', { tracer }, () => {});
    assert.deepEqual(calls, ['async', 'sync', 'untouched']);
  });
});

describe('the end comes when the work is done', () => {
  it('of a function that can be awaited', async () => {
    const query = Object.assign(() => 'text', { then: (fulfilled: (value: number) => void) => fulfilled(8) });
    const made = withSpan('query', () => query);
    assert.equal(made, query);
    assert.deepEqual(recorded.names, []);
    assert.equal(await made, 8);
    assert.deepEqual(recorded.names, ['query']);
  });

  it('of a stream that nobody reads, when it is collected', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    (() => void withSpan('read', () => new Readable({ read() {} })))();
    for (let turn = 0; turn < 100 && recorded.names.length === 0; turn++) {
      collect();
      await nextTurn();
    }
    assert.deepEqual(recorded.names, ['read']);
  });

  it('of a stream that had failed before, with its failure', async () => {
    const error = new Error('failed before');
    const stream = new PassThrough().on('error', () => {});
    stream.destroy(error);
    await nextTurn();
    assert.equal(stream.closed, true);
    assert.deepEqual(await endsOf(stream, () => {}), [[true, error]]);
  });

  it('of a class, which is made as without it', () => {
    class Point {
      readonly made: string;
      constructor() {
        this.made = new.target.name;
      }
    }
    class Sub extends (traced(Point as never, { name: 'make' }) as unknown as typeof Point) {}
    const sub = new Sub();
    assert.ok(sub instanceof Point);
    assert.equal(sub.made, 'Sub');
    assert.deepEqual(recorded.names, ['make']);
  });
});
