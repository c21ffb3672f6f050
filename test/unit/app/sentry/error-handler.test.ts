/** What the helpers return and throw: by themselves, and where errors are sent. */
import assert from 'node:assert/strict';
import { after, beforeEach, describe, it } from 'node:test';
import { ErrorHandler, withErrorHandler, withMonitor } from '../../../../src/app/sentry/index.ts';
import { sentryState } from '../../../../src/app/sentry/sentry-state.ts';
import type { Captured } from '../../../../src/app/sentry/capture.ts';
import type { RunningSentry } from '../../../../src/app/sentry/start-client.ts';
import { errorDelivery } from '../../../../src/runtime/error-delivery.ts';

const sent: Captured[] = [];
const checkIns: unknown[] = [];
const running: RunningSentry = {
  send: (captured) => void sent.push(captured),
  checkIn: (checkIn) => void checkIns.push((checkIn as { status: string }).status),
  gather() {},
  close() {},
};

for (const isSending of [false, true])
  describe(isSending ? 'where errors are sent' : 'without telemetry', () => {
    beforeEach(() => {
      sent.length = 0;
      checkIns.length = 0;
      errorDelivery.open = isSending ? () => assert.fail() : undefined;
      Object.assign(sentryState, { options: { dsn: 'http://key@127.0.0.1:9/1' }, running, policy: undefined });
    });
    after(() => (errorDelivery.open = undefined));
    const messages = (): unknown[] => sent.map(({ error }) => (error as Error).message);

    it('what a function returns comes back itself', async () => {
      const promise = Promise.resolve(1);
      // A query builder.
      // oxlint-disable-next-line unicorn/no-thenable
      const thenable = Object.defineProperty({}, 'then', { value: (resolve: (value: number) => void) => resolve(2) });
      for (const result of [1, 'a', undefined, null, {}, [], promise, thenable, () => {}]) {
        assert.equal(
          withErrorHandler({}, () => result),
          result,
        );
        assert.equal(
          withMonitor('a', () => result),
          result,
        );
      }
      assert.equal(await withErrorHandler({}, async () => 3), 3);
      assert.deepEqual(messages(), []);
    });

    it('what it throws comes out, and is sent once however many handlers it comes through', async () => {
      const error = new Error('thrown');
      const thrower = (): never => {
        throw error;
      };
      assert.throws(
        () => withErrorHandler({ a: 1 }, () => withErrorHandler({ b: 2 }, thrower)),
        (thrown) => thrown === error,
      );
      const later = new Error('rejected');
      await assert.rejects(
        withErrorHandler({ a: 1 }, async () => withErrorHandler({ b: 2 }, () => Promise.reject(later))),
        (thrown) => thrown === later,
      );
      assert.deepEqual(messages(), isSending ? ['thrown', 'rejected'] : []);
      if (isSending) assert.deepEqual(sent[0]?.mechanism, { type: 'generic', handled: true });
    });

    it('a decorated method keeps its name, its length and `this`', () => {
      class Shop {
        readonly name = 'shop';
        sell(count: number): string {
          if (count === 0) throw new Error(`nothing to sell in ${this.name}`);
          return `${this.name} ${count}`;
        }
      }
      const descriptor = Object.getOwnPropertyDescriptor(Shop.prototype, 'sell') as TypedPropertyDescriptor<Shop['sell']>;
      Object.defineProperty(Shop.prototype, 'sell', ErrorHandler({ handler: 'shop' })(Shop.prototype, 'sell', descriptor));
      assert.deepEqual([new Shop().sell(2), Shop.prototype.sell.name, Shop.prototype.sell.length], ['shop 2', 'sell', 1]);
      assert.throws(() => new Shop().sell(0), /nothing/);
      assert.deepEqual(messages(), isSending ? ['nothing to sell in shop'] : []);
    });

    it('a monitor hears how a job ended', async () => {
      await withMonitor('a', async () => {});
      await assert.rejects(withMonitor('a', () => Promise.reject(new Error('failed'))));
      assert.deepEqual(checkIns, isSending ? ['in_progress', 'ok', 'in_progress', 'error'] : []);
    });
  });
