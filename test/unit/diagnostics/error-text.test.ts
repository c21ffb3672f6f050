import assert from 'node:assert/strict';
import { test } from 'node:test';
import { errorText } from '../../../src/diagnostics/error-text.ts';

test('an error is part of a sentence: one line, without a full stop at its end', () => {
  assert.equal(errorText(new Error('Access was restricted. Use a flag.')), 'Access was restricted. Use a flag');
  assert.equal(errorText(new Error('two\n  lines')), 'two lines');
  assert.equal(errorText(new TypeError('')), 'TypeError');
  assert.equal(errorText('a text...'), 'a text');
  assert.equal(errorText(undefined), 'undefined');
  assert.equal(
    errorText({
      toString: () => {
        throw new Error('no');
      },
    }),
    'an error that cannot be shown',
  );
  assert.equal(
    errorText(
      Object.defineProperty(new Error('x'), 'message', {
        get: () => {
          throw new Error('no');
        },
      }),
    ),
    'an error that cannot be shown',
  );
});
