/** What is called with options that are none: plain JavaScript passes `null`, and proxies may throw. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { types } from 'node:util';
import * as health from '../../../src/app/health/index.ts';
import * as logging from '../../../src/app/logging/index.ts';
import * as metrics from '../../../src/app/metrics/index.ts';
import * as sentry from '../../../src/app/sentry/index.ts';
import * as tracing from '../../../src/app/tracing/index.ts';
import { readableOptions } from '../../../src/values/options.ts';

const fail = (): never => {
  throw new Error('read');
};
const throwing = (): unknown => new Proxy({}, { get: fail, ownKeys: fail, has: fail, getPrototypeOf: fail });
const HOSTILE: readonly (readonly [string, () => unknown])[] = [
  ['null', () => null],
  ['a number', () => 5],
  ['a text of 5,000 characters', () => 'x'.repeat(5000)],
  ['a proxy that throws', throwing],
  ['an object with a getter that throws', () => Object.freeze(Object.defineProperty({}, 'name', { get: fail, enumerable: true }))],
];
/** Says what it must get, and throws it: nothing else can be done where the level that somebody asks for is none. */
const THROWS = new Set(['setLogLevel']);
const EXPORTS = Object.entries({ health, logging, metrics, sentry, tracing }).flatMap(([part, exported]) =>
  Object.entries(exported as Record<string, unknown>)
    .filter(([name, value]) => typeof value === 'function' && !/^[A-Z]/.test(name) && !THROWS.has(name))
    .map(([name, value]) => [`${part}: ${name}()`, value as (...args: unknown[]) => unknown] as const),
);

for (const [name, call] of EXPORTS)
  test(`${name} throws nothing of its own, whatever stands where its options do`, () => {
    let calls = 0;
    const work = (): number => ++calls;
    for (const [what, make] of HOSTILE)
      for (const args of [[make()], ['name', make()], [work, make()], ['name', make(), work], [make(), work]]) {
        let thrown: unknown;
        try {
          const result = call(...args);
          if (types.isPromise(result)) result.catch(() => {});
        } catch (error) {
          thrown = error;
        }
        // Without a function there is nothing to run.
        const isAsked = thrown instanceof TypeError && /function/.test(thrown.message);
        assert.ok(thrown === undefined || isAsked, `${what}: ${String(thrown)}`);
      }
  });

test('options that can be read are used as they are', () => {
  const options = { kind: 'client' };
  assert.equal(readableOptions(options, ['kind']), options);
  assert.equal(readableOptions(throwing() as object, ['kind']), undefined);
});

test('baggage of many entries is bounded, and made at once', () => {
  const entries = Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [`key${index}`, 'value']));
  assert.equal(
    tracing.withBaggage(entries, () => tracing.getBaggage('key0')),
    undefined,
    'without telemetry there is none',
  );
});

for (const [name, call] of Object.entries({
  withLogContext: () => logging.withLogContext({}, undefined as never),
  withErrorHandler: () => sentry.withErrorHandler({}, undefined as never),
  withMonitor: () => sentry.withMonitor('nightly', undefined as never),
  withBaggage: () => tracing.withBaggage({}, undefined as never),
  withMessageSpan: () => tracing.withMessageSpan('work', {} as never, undefined as never),
}))
  test(`${name}() says that it must get a function`, () => {
    assert.throws(call, { name: 'TypeError', message: `${name}() must get a function, got undefined.` });
  });
