/** What a function returned is used as its caller would, once bare and once in a span: nothing differs, and each span ends once. */
// oxlint-disable unicorn/no-thenable -- thenables are what is tested
import assert from 'node:assert/strict';
import { EventEmitter, on } from 'node:events';
import { createInterface } from 'node:readline';
import { Duplex, PassThrough, Readable, Transform, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { runInNewContext } from 'node:vm';
import { withSpan } from '../../../../src/index.ts';
import { record, type Recorded } from '../tracing/recorded.ts';

let recorded: Recorded;
beforeEach(() => {
  recorded = record();
});
afterEach(() => recorded[Symbol.dispose]());

/* oxlint-disable typescript/no-explicit-any -- whatever a function may return */
/** Runs the function, bare or in a span. */
type Run = (work: () => any) => any;
type Log = (...values: unknown[]) => void;

const SCENARIOS: Readonly<Record<string, (run: Run, log: Log) => unknown>> = {
  async 'three pending nexts'(run, log) {
    const g = run(async function* () {
      yield 1;
      await nextTurn();
      yield 2;
      return 3;
    });
    const ps = [g.next(), g.next(), g.next(), g.next()];
    log(...(await Promise.all(ps)).map((x) => JSON.stringify(x)));
  },
  async 'pending next and return'(run, log) {
    const g = run(async function* () {
      try {
        yield 1;
        await nextTurn();
        yield 2;
      } finally {
        log('finally');
      }
    });
    const ps = [g.next(), g.next(), g.return(9), g.next()];
    log(...(await Promise.all(ps)).map((x) => JSON.stringify(x)));
  },
  async 'pending next and throw'(run, log) {
    const g = run(async function* () {
      try {
        yield 1;
        yield 2;
      } catch (e: any) {
        log(e.message);
        yield 7;
      }
    });
    log(...(await Promise.allSettled([g.next(), g.throw(new Error('in')), g.next(), g.next()])).map((x) => JSON.stringify(x)));
  },
  async 'throw before start'(run, log) {
    const g = run(async function* () {
      yield 1;
    });
    log(await g.throw(new Error('x')).catch((e: any) => e.message));
  },
  'sync return before start'(run, log) {
    const g = run(function* () {
      yield 1;
    });
    log(JSON.stringify(g.return(5)), JSON.stringify(g.next()));
  },
  'sync throw caught continues'(run, log) {
    const g = run(function* () {
      try {
        yield 1;
      } catch {
        yield 2;
      }
      return 3;
    });
    log(JSON.stringify([g.next(), g.throw(new Error('q')), g.next(), g.next()]));
  },
  'finally yields on return'(run, log) {
    const g = run(function* () {
      try {
        yield 1;
      } finally {
        yield 'f';
      }
    });
    log(JSON.stringify([g.next(), g.return(4), g.next(), g.next()]));
  },
  'yield star'(run, log) {
    function* a(): any {
      const x = yield* b();
      return x + 1;
    }
    function* b(): any {
      yield 1;
      return 5;
    }
    log(JSON.stringify([...run(a)]));
    const g = run(a);
    g.next();
    log(JSON.stringify(g.next()));
  },
  'yield star of a followed'(run, log) {
    const inner = run(function* () {
      yield 1;
      yield 2;
    });
    function* o() {
      yield* inner;
      yield 3;
    }
    log(...o());
  },
  break(run, log) {
    for (const x of run(function* () {
      try {
        yield 1;
        yield 2;
      } finally {
        log('f');
      }
    })) {
      log(x);
      break;
    }
  },
  destructuring(run, log) {
    const [a] = run(function* () {
      yield 1;
      yield 2;
    });
    log(a);
  },
  props(run, log) {
    const g = run(function* () {
      yield 1;
    });
    log(
      Object.keys(g).length,
      JSON.stringify(g),
      String(g),
      g[Symbol.iterator]() === g,
      Object.getPrototypeOf(Object.getPrototypeOf(g)) !== null,
    );
    log(...g);
    log(Object.getOwnPropertyNames(g).length);
  },
  'iterator helpers'(run, log) {
    log(
      run(function* () {
        yield 1;
        yield 2;
        yield 3;
      })
        .map((x: number) => x * 2)
        .take(2)
        .toArray()
        .join(),
    );
  },
  'iterator helpers drop'(run, log) {
    const g = run(function* () {
      yield 1;
      yield 2;
      yield 3;
    });
    log(g.some((x: number) => x === 2));
    log(JSON.stringify(g.next()));
  },
  'using a generator'(run, log) {
    {
      using g = run(function* () {
        try {
          yield 1;
        } finally {
          log('f');
        }
      });
      g.next();
    }
    log('out');
  },
  async 'await using async gen'(run, log) {
    {
      await using g = run(async function* () {
        try {
          yield 1;
        } finally {
          log('f');
        }
      });
      await g.next();
    }
    log('out');
  },
  async 'for await break'(run, log) {
    for await (const x of run(async function* () {
      try {
        yield 1;
        yield 2;
      } finally {
        await nextTurn();
        log('f');
      }
    })) {
      log(x);
      break;
    }
  },
  async 'for await throws in body'(run, log) {
    try {
      for await (const _ of run(async function* () {
        try {
          yield 1;
          yield 2;
        } finally {
          log('f');
        }
      }))
        throw new Error('body');
    } catch (e: any) {
      log(e.message);
    }
  },
  async 'promise of async gen'(run, log) {
    const g = await run(async () =>
      (async function* () {
        yield 1;
      })(),
    );
    for await (const x of g) log(x);
  },
  async 'async iterable class'(run, log) {
    class Page {
      n = 0;
      [Symbol.asyncIterator]() {
        return this;
      }
      async next() {
        return this.n++ < 2 ? { value: this.n, done: false } : { value: undefined, done: true };
      }
    }
    for await (const x of run(() => new Page())) log(x);
  },
  async 'iterable iterated twice'(run, log) {
    const it = {
      async *[Symbol.asyncIterator]() {
        yield 1;
        yield 2;
      },
    };
    const i2 = run(() => it);
    for await (const x of i2) log(x);
    for await (const x of i2) log(x);
    log(i2 === it, Object.getOwnPropertyNames(it).length);
  },
  async 'next gives thenables'(run, log) {
    let n = 0;
    const it = {
      [Symbol.asyncIterator]() {
        return {
          next() {
            const v = n++ < 2 ? { value: n, done: false } : { value: undefined, done: true };
            return {
              then(f: any) {
                f(v);
              },
            };
          },
        };
      },
    };
    for await (const x of run(() => it)) log(x);
  },
  async 'next gives plain'(run, log) {
    let n = 0;
    const it = {
      [Symbol.asyncIterator]() {
        return {
          next() {
            return n++ < 2 ? { value: n, done: false } : { value: undefined, done: true };
          },
        };
      },
    };
    for await (const x of run(() => it)) log(x);
  },
  async 'next rejects, goes on'(run, log) {
    let n = 0;
    const it = {
      [Symbol.asyncIterator]() {
        return {
          async next() {
            if (n++ === 0) throw new Error('once');
            return { value: n, done: n > 2 };
          },
        };
      },
    };
    const i = run(() => it)[Symbol.asyncIterator]();
    log(await i.next().catch((e: any) => e.message));
    log(JSON.stringify(await i.next()));
  },
  async 'frozen async iterable'(run, log) {
    const it = Object.freeze({
      async *[Symbol.asyncIterator]() {
        yield 1;
      },
    });
    for await (const x of run(() => it)) log(x);
  },
  async 'frozen generator'(run, log) {
    const g = Object.freeze(
      (function* () {
        yield 1;
      })(),
    );
    log(...run(() => g));
  },
  async 'events.on'(run, log) {
    const e = new EventEmitter();
    const it = run(() => on(e, 'x'));
    setImmediate(() => {
      e.emit('x', 1);
      e.emit('x', 2);
    });
    for await (const [x] of it) {
      log(x);
      if (x === 2) break;
    }
    log(e.listenerCount('x'), e.listenerCount('error'));
  },
  async 'events.on error'(run, log) {
    const e = new EventEmitter();
    const it = run(() => on(e, 'x'));
    setImmediate(() => e.emit('error', new Error('ee')));
    try {
      for await (const [x] of it) log(x);
    } catch (er: any) {
      log(er.message);
    }
  },
  async 'readable for await'(run, log) {
    for await (const x of run(() => Readable.from(['a', 'b']))) log(x);
  },
  async 'readable break'(run, log) {
    const s = run(() => Readable.from(['a', 'b']));
    for await (const x of s) {
      log(x);
      break;
    }
    await nextTurn();
    log(s.destroyed);
  },
  async 'readable errored'(run, log) {
    const s = run(
      () =>
        new Readable({
          read() {
            this.destroy(new Error('re'));
          },
        }),
    );
    try {
      for await (const x of s) log(x);
    } catch (e: any) {
      log(e.message);
    }
  },
  async destroyed(run, log) {
    const s = run(() => new PassThrough());
    s.destroy();
    await nextTurn();
    log(s.closed);
  },
  async 'destroyed before'(run, log) {
    const p = new PassThrough();
    p.destroy();
    const s = run(() => p);
    await nextTurn();
    log(s.closed);
  },
  async 'destroyed and closed before'(run, log) {
    const p = new PassThrough();
    p.destroy();
    await nextTurn();
    const s = run(() => p);
    await nextTurn();
    log(s.closed);
  },
  async 'errored before'(run, log) {
    const p = new PassThrough();
    p.on('error', (e: any) => log(e.message));
    p.destroy(new Error('b'));
    const s = run(() => p);
    await nextTurn();
    log(s.closed);
  },
  async 'ended before, no autodestroy'(run, log) {
    const p = new Readable({ read() {}, autoDestroy: false, emitClose: false });
    p.push(null);
    p.resume();
    await nextTurn();
    await nextTurn();
    const s = run(() => p);
    log(s.readableEnded, s.closed);
  },
  async 'writable finished before, no autodestroy'(run, log) {
    const p = new Writable({
      write(_c, _e, cb) {
        cb();
      },
      autoDestroy: false,
      emitClose: false,
    });
    p.end();
    await nextTurn();
    const s = run(() => p);
    log(s.writableFinished);
  },
  async pipe(run, log) {
    const d: any[] = [];
    const dest = new Writable({
      write(c, _e, cb) {
        d.push(String(c));
        cb();
      },
    });
    const s = run(() => Readable.from(['a', 'b']));
    s.pipe(dest);
    await new Promise((f) => dest.on('finish', f));
    log(d.join());
    await nextTurn();
  },
  async pipeline(run, log) {
    const d: any[] = [];
    await pipeline(
      run(() => Readable.from(['a', 'b'])),
      new PassThrough(),
      async (src: any) => {
        for await (const x of src) d.push(String(x));
      },
    );
    log(d.join());
    await nextTurn();
  },
  async 'pipeline fails'(run, log) {
    try {
      await pipeline(
        run(() => Readable.from(['a', 'b'])),
        new Transform({
          transform(_c, _e, cb) {
            cb(new Error('tr'));
          },
        }),
      );
    } catch (e: any) {
      log(e.message);
    }
    await nextTurn();
  },
  async 'pipeline with gen'(run, log) {
    const d: any[] = [];
    await pipeline(
      run(async function* () {
        yield 'a';
        yield 'b';
      }),
      new Writable({
        write(c, _e, cb) {
          d.push(String(c));
          cb();
        },
      }),
    );
    log(d.join());
  },
  async writable(run, log) {
    const s = run(
      () =>
        new Writable({
          write(_c, _e, cb) {
            cb();
          },
        }),
    );
    s.end('x');
    await new Promise((f) => s.on('close', f));
    log(s.writableFinished);
  },
  async 'duplex half'(run, log) {
    const s = run(() => new PassThrough());
    s.end('x');
    await nextTurn();
    s.resume();
    await new Promise((f) => s.on('close', f));
    log('closed');
  },
  async 'web readable'(run, log) {
    const s = run(
      () =>
        new ReadableStream({
          start(c) {
            c.enqueue(1);
            c.close();
          },
        }),
    );
    for await (const x of s) log(x);
    await nextTurn();
  },
  async 'web cancel'(run, log) {
    const s = run(
      () =>
        new ReadableStream({
          start(c) {
            c.enqueue(1);
          },
          cancel(x) {
            log('c', x);
          },
        }),
    );
    await s.cancel('why');
    await nextTurn();
  },
  async 'web errored'(run, log) {
    const s = run(
      () =>
        new ReadableStream({
          pull(c) {
            c.error(new Error('we'));
          },
        }),
    );
    try {
      for await (const x of s) log(x);
    } catch (e: any) {
      log(e.message);
    }
    await nextTurn();
  },
  async 'web tee'(run, log) {
    const s = run(
      () =>
        new ReadableStream({
          start(c) {
            c.enqueue(1);
            c.close();
          },
        }),
    );
    const [a, b] = s.tee();
    for await (const x of a) log(x);
    for await (const x of b) log(x);
    await nextTurn();
  },
  async 'web pipeTo'(run, log) {
    const s = run(
      () =>
        new ReadableStream({
          start(c) {
            c.enqueue(1);
            c.close();
          },
        }),
    );
    await s.pipeTo(
      new WritableStream({
        write(x) {
          log(x);
        },
      }),
    );
    await nextTurn();
  },
  async 'web break'(run, log) {
    const s = run(
      () =>
        new ReadableStream({
          start(c) {
            c.enqueue(1);
            c.enqueue(2);
          },
        }),
    );
    for await (const x of s) {
      log(x);
      break;
    }
    await nextTurn();
  },
  async 'web writable'(run, log) {
    const s = run(
      () =>
        new WritableStream({
          write(x) {
            log(x);
          },
        }),
    );
    const wr = s.getWriter();
    await wr.write(1);
    await wr.close();
    await nextTurn();
  },
  async 'web writable abort'(run) {
    const s = run(() => new WritableStream({}));
    await s.abort(new Error('ab'));
    await nextTurn();
  },
  async 'web closed before'(run, log) {
    const st = new ReadableStream({
      start(c) {
        c.close();
      },
    });
    log(run(() => st) === st);
    await nextTurn();
  },
  async 'web locked before'(run, log) {
    const st = new ReadableStream({
      start(c) {
        c.enqueue(1);
        c.close();
      },
    });
    const rd = st.getReader();
    log(run(() => st) === st);
    log(JSON.stringify(await rd.read()), JSON.stringify(await rd.read()));
    await nextTurn();
  },
  async 'byte stream of a Response'(run, log) {
    const s = run(() => new Response('abc').body);
    let t = '';
    for await (const x of s) t += Buffer.from(x);
    log(t);
    await nextTurn();
  },
  async 'own promise class'(run, log) {
    class P<T> extends Promise<T> {
      extra() {
        return 1;
      }
    }
    const p = run(() => new P((f) => setTimeout(f, 1, 5)));
    log(p instanceof P, p.extra(), await p, p.constructor === P);
    const q = run(() => P.resolve(1)).then((x: any) => x);
    log(q instanceof P);
    await nextTurn();
  },
  async 'thenable own class'(run, log) {
    class Q {
      runs = 0;
      then(f: any, g: any) {
        this.runs++;
        return Promise.resolve(this.runs).then(f, g);
      }
      catch(g: any) {
        return this.then(undefined, g);
      }
    }
    const q = run(() => new Q());
    log(await q, await q, q instanceof Q, Object.keys(q).join());
  },
  async 'thenable rejects'(run, log) {
    class Q {
      then(f: any, g: any) {
        return Promise.reject(new Error('no')).then(f, g);
      }
    }
    try {
      await run(() => new Q());
    } catch (e: any) {
      log(e.message);
    }
  },
  async 'thenable throws in then'(run, log) {
    class Q {
      then() {
        throw new Error('sync');
      }
    }
    try {
      await run(() => new Q());
    } catch (e: any) {
      log(e.message);
    }
  },
  async 'thenable never awaited'(run, log) {
    let n = 0;
    class Q {
      then(f: any) {
        n++;
        f(1);
      }
    }
    run(() => new Q());
    await nextTurn();
    await nextTurn();
    log(n);
  },
  async 'thenable calls both, twice'(run, log) {
    class Q {
      then(f: any, g: any) {
        f(1);
        f(2);
        g(new Error('z'));
      }
    }
    log(await run(() => new Q()));
  },
  async 'frozen thenable'(run, log) {
    const q = Object.freeze({
      then(f: any) {
        f(4);
      },
    });
    log(await run(() => q));
  },
  async 'thenable that is a stream'(run, log) {
    const s: any = Readable.from(['a']);
    s.then = (f: any) => {
      f('t');
    };
    log(await run(() => s));
    s.resume();
    await nextTurn();
    await nextTurn();
  },
  async 'then getter that throws'(run, log) {
    const o = {
      get then() {
        throw new Error('g');
      },
    };
    log(run(() => o) === o);
    await nextTurn();
  },
  async 'function with then'(run, log) {
    const f: any = () => 1;
    f.then = (x: any) => x(8);
    log(await run(() => f));
  },
  async 'query builder chained'(run, log) {
    class B {
      parts: string[] = [];
      where(x: string) {
        this.parts.push(x);
        return this;
      }
      then(f: any, g: any) {
        return Promise.resolve(this.parts.join('&')).then(f, g);
      }
    }
    log(
      await run(() => new B())
        .where('a')
        .where('b'),
    );
  },
  async 'all/race/any'(run, log) {
    log(JSON.stringify(await Promise.all([run(async () => 1), run(() => Promise.resolve(2)), run(() => 3)])));
    log(await Promise.any([run(() => Promise.reject(new Error('1'))), run(async () => 2)]));
  },
  async 'same promise twice'(run, log) {
    const p = Promise.resolve(1);
    log(run(() => p) === p, run(() => p) === p, await p);
    await nextTurn();
    log(Object.getOwnPropertyNames(p).length);
  },
  async 'rejected promise handled late'(run, log) {
    let reject = (_error: Error): void => {};
    const promise = new Promise((_, fails) => (reject = fails));
    const result = run(() => promise);
    await nextTurn();
    const handled = result.catch((e: any) => e.message);
    reject(new Error('late'));
    log(await handled);
  },
  async finally(run, log) {
    await run(async () => {
      throw new Error('f');
    })
      .finally(() => log('fin'))
      .catch((e: any) => log(e.message));
  },
  async 'async gen from other realm'(run, log) {
    const g = run(() => runInNewContext('(async function*(){ yield 1; yield 2 })()'));
    for await (const x of g) log(x);
    const p = run(() => runInNewContext('Promise.resolve(4)'));
    log(await p);
    await nextTurn();
  },
  async 'readable web from node'(run, log) {
    const s = run(() => Readable.toWeb(Readable.from(['a'])));
    for await (const x of s) log(x);
    await nextTurn();
  },
  async 'node:readline'(run, log) {
    const rl = createInterface({ input: Readable.from(['a\nb\n']) });
    for await (const l of run(() => rl)) log(l);
  },
  async 'a stream without events at its end'(run, log) {
    const s = run(
      () =>
        new Duplex({
          read() {
            this.push(null);
          },
          write(_c, _e, done) {
            done();
          },
          emitClose: false,
        }),
    );
    s.end();
    s.resume();
    await nextTurn();
    await nextTurn();
    log(s.destroyed);
  },
};

async function outcomeOf(scenario: (run: Run, log: Log) => unknown, run: Run): Promise<unknown> {
  const lines: string[] = [];
  let error: unknown;
  try {
    await scenario(run, (...values) => lines.push(values.map(String).join(' ')));
  } catch (thrown) {
    error = thrown;
  }
  return [lines, error];
}

describe('what is returned is as it was, and its span ends once', () => {
  for (const [name, scenario] of Object.entries(SCENARIOS))
    it(name, async () => {
      const bare = await outcomeOf(scenario, (work) => work());
      let runs = 0;
      const inSpan = await outcomeOf(scenario, (work) => {
        runs++;
        return withSpan('work', work);
      });
      assert.deepEqual(inSpan, bare);
      await nextTurn();
      await nextTurn();
      assert.equal(recorded.names.length, runs);
    });
});
