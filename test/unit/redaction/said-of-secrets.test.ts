import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { redactText } from '../../../src/redaction/redact-text.ts';
import { SAID } from '../../../src/redaction/said-of-secrets.ts';

for (const { alone, examples, inSentence, notUnderNumbers, underPlural, what } of SAID) {
  describe(`beside the name of a secret, ${what} is none`, () => {
    for (const value of examples) {
      test(value, () => {
        const name = underPlural ? 'tokens' : 'token';
        const separator = value.startsWith(':') ? ' = ' : ': ';
        assert.equal(redactText(`x ${name}${separator}${value}`), `x ${name}${separator}${value}`);
        if (alone) assert.match(redactText(`x ${name}: ${value}-1x`), /REDACTED/);
      });
      if (inSentence)
        test(`${value}, but behind an equals sign where numbers are secret`, () => assert.match(redactText(`pin=${value}`), /REDACTED/));
      if (notUnderNumbers) test(`${value}, but where a number is the secret`, () => assert.match(redactText(`cvv: ${value}`), /REDACTED/));
      if (underPlural) test(`${value}, but where it is one`, () => assert.match(redactText(`token: ${value}`), /REDACTED/));
    }
  });
}
