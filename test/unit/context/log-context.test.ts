import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createContextManager } from '../../../src/context/context-manager.ts';
import { activeScope, boundAttributes, setLogContext, withLogContext, withRequestFields } from '../../../src/context/log-context.ts';
import { api } from '../../../src/runtime/otel.ts';

const fields = () => ({ ...activeScope(api.context.active())?.fields });

for (const isRegistered of [false, true]) {
  describe(`bound fields, ${isRegistered ? 'with' : 'without'} telemetry`, () => {
    before(() => isRegistered && api.context.setGlobalContextManager(createContextManager()));
    after(() => api.context.disable());

    it('are those of the scope, and of outer ones', async () => {
      await withLogContext({ a: 1, b: 1 }, async () => {
        await Promise.resolve();
        withLogContext({ b: 2 }, () => assert.deepEqual(fields(), { a: 1, b: 2 }));
        assert.deepEqual(fields(), { a: 1, b: 1 });
      });
      assert.deepEqual(fields(), {});
    });

    it('of concurrent operations do not mix', async () => {
      await Promise.all(
        Array.from({ length: 50 }, (_, n) =>
          withLogContext({ n }, async () => {
            await new Promise((resolve) => setTimeout(resolve, n % 5));
            setLogContext({ m: n });
            await new Promise((resolve) => setImmediate(resolve));
            assert.deepEqual(fields(), { n, m: n });
          }),
        ),
      );
    });

    it('can be taken away', () => {
      withLogContext({ a: 1, b: 2 }, () => {
        setLogContext({ a: undefined });
        assert.deepEqual(fields(), { b: 2 });
      });
    });

    it('outside of a scope last as long as the operation', async () => {
      await Promise.all([
        (async () => {
          await Promise.resolve();
          setLogContext({ a: 1 });
          await Promise.resolve();
          assert.deepEqual(fields(), { a: 1 });
        })(),
        (async () => {
          await new Promise((resolve) => setTimeout(resolve, 2));
          assert.deepEqual(fields(), {});
        })(),
      ]);
    });

    it('that throw when they are read are none', () => {
      const hostile = {
        get a(): never {
          throw new Error('no');
        },
      };
      for (const value of [
        hostile,
        null,
        undefined,
        5,
        new Proxy(
          {},
          {
            ownKeys: () => {
              throw new Error('no');
            },
          },
        ),
      ])
        withLogContext(value as never, () => assert.deepEqual(fields(), {}));
    });

    it('pass results and errors through', async () => {
      assert.equal(
        withLogContext({}, () => 7),
        7,
      );
      await assert.rejects(
        withLogContext({}, async () => Promise.reject(new RangeError('x'))),
        RangeError,
      );
    });
  });
}

describe('the scope of a request', () => {
  it('puts what the application binds on spans, and remembers the user of inner scopes', () => {
    api.context.setGlobalContextManager(createContextManager());
    const request = { requestId: 'r1', userId: undefined };
    api.context.with(withRequestFields(api.ROOT_CONTEXT, request), () => {
      assert.equal(boundAttributes(api.context.active()), undefined, 'the request id is on the span of the request');
      withLogContext({ user_id: 'ann', job: 1 }, () => {
        assert.deepEqual(boundAttributes(api.context.active()), { user_id: 'ann', job: 1 });
        assert.deepEqual(fields(), { request_id: 'r1', user_id: 'ann', job: 1 });
      });
      assert.equal(request.userId, 'ann');
    });
    api.context.disable();
  });
});
