import assert from 'node:assert/strict';
import { once } from 'node:events';
import { before, describe, test } from 'node:test';
import type { ContextManager } from '@opentelemetry/api';
import { createContextManager } from '../../../src/context/context-manager.ts';
import { loadApi, require } from '../../../src/runtime/otel.ts';

const { AsyncLocalStorageContextManager } =
  require('@opentelemetry/context-async-hooks') as typeof import('@opentelemetry/context-async-hooks');
const api = loadApi();
const ROOT = api.ROOT_CONTEXT;
const KEY = api.createContextKey('name');
const [a, b, c] = ['a', 'b', 'c'].map((name) => ROOT.setValue(KEY, name)) as [typeof ROOT, typeof ROOT, typeof ROOT];
const ours = createContextManager();

function attach(manager: ContextManager, context: typeof ROOT) {
  assert.ok(manager.attach !== undefined);
  return manager.attach(context);
}

/** In an asynchronous chain of its own, so that what is left attached ends with it. */
async function apart(run: () => unknown): Promise<void> {
  await Promise.resolve();
  await run();
}

for (const [name, manager] of [
  ['ours', ours],
  ['the official one', new AsyncLocalStorageContextManager().enable()],
] as const) {
  describe(`attach of the context manager: ${name}`, () => {
    test('makes a context active until it is detached, and detaching again does nothing', () =>
      apart(() => {
        const token = attach(manager, a);
        assert.equal(manager.active(), a);
        token.dispose();
        assert.equal(manager.active(), ROOT);
        const other = attach(manager, b);
        token.dispose();
        assert.equal(manager.active(), b);
        other.dispose();
        assert.equal(manager.active(), ROOT);
      }));

    test('nests, within itself and within with()', () =>
      apart(() => {
        const outer = attach(manager, a);
        const inner = attach(manager, b);
        assert.equal(manager.active(), b);
        manager.with(c, () => {
          assert.equal(manager.active(), c);
          const within = attach(manager, a);
          assert.equal(manager.active(), a);
          within.dispose();
          assert.equal(manager.active(), c);
        });
        assert.equal(manager.active(), b);
        inner.dispose();
        assert.equal(manager.active(), a);
        outer.dispose();
        assert.equal(manager.active(), ROOT);
      }));

    test('goes with what is started meanwhile, and over an await', () =>
      apart(async () => {
        const token = attach(manager, a);
        const emitted = new EventTarget();
        const heard = new Promise((resolve) => setImmediate(() => resolve(manager.active())));
        const later = (async () => {
          await once(emitted, 'go');
          return manager.active();
        })();
        await Promise.resolve();
        assert.equal(manager.active(), a);
        token.dispose();
        emitted.dispatchEvent(new Event('go'));
        assert.deepEqual([(await heard) === a, (await later) === a, manager.active()], [true, true, ROOT]);
      }));

    test('binds functions to the context that was attached', () =>
      apart(() => {
        const token = attach(manager, a);
        const bound = manager.bind(manager.active(), () => manager.active());
        token.dispose();
        assert.equal(bound(), a);
      }));
  });
}

describe('detaching out of order', () => {
  test('leaves active what was attached later, and the last one to go restores what was there first', () =>
    apart(() => {
      const tokens = [a, b, c].map((context) => attach(ours, context));
      const [first, second, third] = tokens as [(typeof tokens)[0], (typeof tokens)[0], (typeof tokens)[0]];
      first.dispose();
      assert.equal(ours.active(), c);
      third.dispose();
      assert.equal(ours.active(), b);
      second.dispose();
      assert.equal(ours.active(), ROOT);
    }));

  test('elsewhere, it changes nothing there', () =>
    apart(() => {
      const token = attach(ours, a);
      ours.with(b, () => {
        token.dispose();
        assert.equal(ours.active(), b);
      });
    }));

  test('what is no context is as good as none', () =>
    apart(() => {
      const token = attach(ours, undefined as never);
      assert.equal(ours.active(), ROOT);
      token.dispose();
    }));
});

describe('through the API', () => {
  before(() => {
    api.context.disable();
    api.context.setGlobalContextManager(ours);
  });

  test('spans that are started while a span is attached are its children', () =>
    apart(() => {
      const parent = api.trace.wrapSpanContext({ traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1 });
      const token = api.context.attach(api.trace.setSpan(api.context.active(), parent));
      assert.equal(api.trace.getActiveSpan(), parent);
      token.dispose();
      assert.equal(api.trace.getActiveSpan(), undefined);
    }));
});

test('what is no context is asked nothing: a proxy that throws comes back as it was', () => {
  const { proxy, revoke } = Proxy.revocable(ROOT, {});
  revoke();
  assert.equal(
    ours.with(proxy, () => ours.active()),
    proxy,
  );
});
