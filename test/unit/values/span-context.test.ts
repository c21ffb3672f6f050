import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cleanSpanContext, isValidSpanContext } from '../../../src/values/span-context.ts';

test('a span context is copied with its ids in lower case, and refused when they have the wrong form', () => {
  const given = { traceId: 'A'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 0x101, isRemote: true, more: 1 };
  assert.deepEqual(cleanSpanContext(given), { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1, isRemote: true });
  for (const wrong of [{ traceId: 'g'.repeat(32) }, { traceId: 'a'.repeat(31) }, { spanId: 5 }, { spanId: 'ä'.repeat(16) }])
    assert.equal(cleanSpanContext({ ...given, ...wrong }), undefined);
  assert.equal(isValidSpanContext({ ...given, traceId: '0'.repeat(32) }), false);
  assert.equal(isValidSpanContext({ ...given, spanId: '0'.repeat(16) }), false);
});
