import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { OtlpConfig } from '../../../../src/config/config.ts';
import { quote } from '../../../../src/export/transport/answer.ts';

function quoteFor(authorization: string, text: string): string {
  const otlp: OtlpConfig = { protocol: 'http/protobuf', url: 'http://h/', headers: { authorization }, timeoutMs: 1, compression: 'none' };
  return quote(text, otlp);
}

test('what a server repeats of our credentials is left out, also without its scheme and decoded', () => {
  assert.equal(quoteFor('Bearer CANARY-token', 'invalid token CANARY-token'), 'invalid token [REDACTED]');
  const basic = `Basic ${Buffer.from('ann:CANARY-password').toString('base64')}`;
  assert.equal(quoteFor(basic, 'no user with password CANARY-password'), 'no user with password [REDACTED]');
  assert.equal(quoteFor(basic, 'no ann:CANARY-password'), 'no [REDACTED]');
});

test('secrets that a server tells of others go through the redactor', () => {
  assert.equal(
    quoteFor('', 'upstream https://u:CANARY@h/?k=CANARY failed, password=CANARY'),
    'upstream https://REDACTED:REDACTED@h/?k=REDACTED failed, password=REDACTED',
  );
});
