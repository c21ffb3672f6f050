/** The forms in which people call a logger. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { said } from './kit.ts';

class PaymentError extends Error {
  code = 'E_DECLINED';
  order = 17;
}

describe('a log call', () => {
  for (const [what, args, expected] of [
    ['a text', ['hello'], { message: 'hello' }],
    ['nothing', [], { message: '' }],
    ['text and fields', ['hello', { a: 1, b: [true, null] }], { message: 'hello', a: 1, b: [true, null] }],
    ['fields alone', [{ a: 1 }], { message: '', a: 1 }],
    ['an object with its message', [{ message: 'hello', a: 1 }], { message: 'hello', a: 1 }],
    ['the object first, as pino has it', [{ a: 1 }, 'hello %s', 'you'], { message: 'hello you', a: 1 }],
    ['printf', ['%s is %d of %i, %j%%', 'Ann', '7', 9.5, { x: 1n }], { message: 'Ann is 7 of 9, {"x":1}%' }],
    ['printf with fields behind', ['hello %s', 'you', { a: 1 }], { message: 'hello you', a: 1 }],
    ['printf without enough arguments', ['%s and %s', 'one'], { message: 'one and %s' }],
    ['further texts', ['one', 'two', 3, false], { message: 'one two 3 false' }],
    ['several objects', ['m', { a: 1, b: 1 }, { b: 2 }], { message: 'm', a: 1, b: 2 }],
    ['a callback, as winston 2 had it', ['m', { a: 1 }, () => {}], { message: 'm', a: 1 }],
    ['a number', [42], { message: '42' }],
    ['null and undefined', [null, undefined], { message: 'null' }],
    ['a list', [[1, 2]], { message: '[1,2]' }],
    ['lists and maps beside the text', ['m', [1], new Map([['k', 1]])], { message: 'm', args: [[1], { k: 1 }] }],
    [
      'names that each line has',
      ['m', { level: 9, message: 'x', timestamp: 1 }],
      { message: 'm', 'fields.level': 9, 'fields.message': 'x', 'fields.timestamp': 1 },
    ],
  ] as const) {
    it(`with ${what}`, () => assert.deepEqual(said(...args), expected));
  }

  const error = new PaymentError('declined', { cause: new TypeError('no route') });
  for (const [what, args, message] of [
    ['(error)', [error], 'declined'],
    ["('text', error)", ['failed', error], 'failed'],
    ["('text', { err })", ['failed', { err: error }], 'failed'],
    ["('text', { error })", ['failed', { error }], 'failed'],
    ['({ err })', [{ err: error }], 'declined'],
    ['({ message: error })', [{ message: error }], 'declined'],
    ["(error, 'text')", [error, 'failed'], 'failed'],
    ["({ err }, 'text')", [{ err: error }, 'failed'], 'failed'],
    ["('text %s', error)", ['failed: %s', error], 'failed: PaymentError: declined'],
    ["('text', { err: error, a: 1 }) keeps a", ['failed', { err: error }], 'failed'],
  ] as const) {
    it(`${what} has the error with type, stack, code, own fields and cause`, () => {
      const { message: told, error: logged, ...rest } = said(...args) as { message: string; error: Record<string, unknown> };
      assert.equal(told, message);
      assert.deepEqual(rest, {});
      const { stack, cause, ...facts } = logged as { stack: string; cause: Record<string, unknown> };
      assert.deepEqual(facts, { type: 'PaymentError', message: 'declined', code: 'E_DECLINED', order: 17 });
      assert.match(stack, /declined\n\s+at .*calls\.test\.ts/);
      assert.deepEqual([cause['type'], cause['message'], /no route\n\s+at /.test(String(cause['stack']))], ['TypeError', 'no route', true]);
    });
  }

  it('with an aggregate has each of its errors, and a cause that is no error', () => {
    const { error: logged } = said(new AggregateError([new Error('one'), new RangeError('two')], 'both', { cause: 'the network' })) as {
      error: { errors: { type: string; message: string }[]; cause: string };
    };
    assert.deepEqual(
      logged.errors.map(({ type, message }) => `${type} ${message}`),
      ['Error one', 'RangeError two'],
    );
    assert.equal(logged.cause, 'the network');
  });

  it('with errors that are the cause of one another ends', () => {
    const one = new Error('one');
    one.cause = new Error('two', { cause: one });
    const { error: logged } = said(one) as { error: { cause: { message: string; cause?: unknown } } };
    assert.deepEqual([logged.cause.message, logged.cause.cause], ['two', undefined]);
  });

  it('leaves what clients hang on errors behind: requests, sockets, responses', () => {
    class Socket {
      secret = 'in a class';
    }
    const failed = Object.assign(new Error('x'), {
      socket: new Socket(),
      config: { url: '/a', headers: { authorization: 'Bearer abcdef' } },
    });
    const { error: logged } = said(failed) as { error: Record<string, unknown> };
    assert.deepEqual([logged['socket'], logged['config']], [undefined, { url: '/a', headers: { authorization: 'REDACTED' } }]);
  });
});
