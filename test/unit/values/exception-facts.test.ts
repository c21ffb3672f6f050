import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exceptionFacts } from '../../../src/values/exception-facts.ts';

test('of something thrown, what can be read is told', () => {
  assert.deepEqual(exceptionFacts(Object.assign(new Error('m'), { code: 'E', stack: 's' })), { type: 'E', message: 'm', stack: 's' });
  assert.deepEqual(
    exceptionFacts({
      name: 'N',
      get message(): never {
        throw new Error('getter');
      },
    }),
    { type: 'N', message: undefined, stack: undefined },
  );
  assert.deepEqual(exceptionFacts(42n), { type: undefined, message: '42', stack: undefined });
  for (const nothing of [undefined, null, '', {}, Symbol('s')]) assert.equal(exceptionFacts(nothing), undefined);
});
