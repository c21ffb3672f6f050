import assert from 'node:assert/strict';
import { it } from 'node:test';
import { createPathMatcher, officialOptions } from '../../../../src/instrumentation/http/http-options.ts';
import { isClientError } from '../../../../src/instrumentation/http/server-request.ts';

it('a path is ignored whole, or by its beginning up to a star; the query does not count', () => {
  const isIgnored = createPathMatcher(['/health', '/internal/*']);
  const targets = ['/health', '/health?full=1', '/health/', '/healthy', '/internal/', '/internal/a/b', '/internal', '/', ''];
  assert.deepEqual(targets.filter(isIgnored), ['/health', '/health?full=1', '/internal/', '/internal/a/b']);
});

it('an error of the client is one that says a status from 400 to 499', () => {
  const hostile = {
    get status(): number {
      throw new Error('no');
    },
  };
  const errors = [
    { status: 404 },
    { statusCode: 400 },
    { output: { statusCode: 499 } },
    { status: 500 },
    { statusCode: '404' },
    new Error('x'),
    'text',
    null,
    undefined,
    hostile,
  ];
  assert.deepEqual(errors.map(isClientError), [true, true, true, false, false, false, false, false, false, false]);
});

it('the official instrumentation runs for the sides that its options concern, and is told what ours knows', () => {
  const sides = (given: Readonly<Record<string, unknown>>): unknown[] => {
    const options = officialOptions(given);
    assert.equal(typeof options['requestHook'], 'function');
    return [options['disableIncomingRequestInstrumentation'], options['disableOutgoingRequestInstrumentation']];
  };
  const hook = (): void => {};
  assert.deepEqual(sides({ requestHook: hook }), [false, false]);
  assert.deepEqual(sides({ startIncomingSpanHook: hook }), [false, true]);
  assert.deepEqual(sides({ ignoreOutgoingRequestHook: hook }), [true, false]);
  assert.deepEqual(sides({ disableOutgoingRequestInstrumentation: true }), [true, true]);
  assert.equal(officialOptions({ startOutgoingSpanHook: hook })['startOutgoingSpanHook'], hook);
});
