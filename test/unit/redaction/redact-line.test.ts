/** Lines of the application's own loggers: no secrets, and what was JSON stays so. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { redactLine } from '../../../src/redaction/redact-line.ts';

describe('a line', () => {
  for (const [line, redacted] of [
    ['{"level":30,"time":1796083869471,"msg":"ok"}\n', '{"level":30,"time":1796083869471,"msg":"ok"}\n'],
    ['{"password":"hunter2","a":1}\n', '{"password":"REDACTED","a":1}\n'],
    ['{"password": "hunter2", "a" : 1.0}\r\n', '{"password": "REDACTED", "a" : 1.0}\r\n'],
    // As pino writes what bindings and the call both have.
    ['{"token":"first","a":1,"token":"second","a":2}', '{"token":"REDACTED","a":1,"token":"REDACTED","a":2}'],
    [
      '{"id":12345678901234567890,"nested":{"n":1.50,"password":"x"}}',
      '{"id":12345678901234567890,"nested":{"n":1.5,"password":"REDACTED"}}',
    ],
    ['{"id":12345678901234567890,"nested":{"n":1.50}}', '{"id":12345678901234567890,"nested":{"n":1.50}}'],
    ['{"name":"password","value":"hunter2"}', '{"name":"password","value":"REDACTED"}'],
    ['{"trace_id":"4bf92f3577b34da6a3ce929d0e0e4736","msg":"x"}', '{"trace_id":"4bf92f3577b34da6a3ce929d0e0e4736","msg":"x"}'],
    ['{"msg":"a \\"quoted\\" password=hunter2 \\u2028"}', '{"msg":"a \\"quoted\\" password=REDACTED \u2028"}'],
    ['{"__proto__":{"a":1},"a,b":"}{","c":["]"]}', '{"__proto__":{"a":1},"a,b":"}{","c":["]"]}'],
    ['["--token","hunter2"]', '["--token","REDACTED"]'],
    ['"password=hunter2"', '"password=REDACTED"'],
    ['info: login failed password=hunter2\n', 'info: login failed password=REDACTED\n'],
    ['', ''],
    ['\n', '\n'],
    ['{"broken":', '{"broken":'],
  ] as const)
    it(`${JSON.stringify(line)} becomes ${JSON.stringify(redacted)}`, () => assert.equal(redactLine(line), redacted));

  it('of JSON stays JSON with the same names, whatever is in it, and a planted secret goes', () => {
    const place = fc.constantFrom('password', 'x-api-key', 'authorization');
    fc.assert(
      fc.property(
        fc.jsonValue({ maxDepth: 4 }),
        fc.string({ unit: 'binary' }),
        place,
        fc.integer({ min: 0, max: 3 }),
        (value, text, name, indent) => {
          const given = { a: value, text, [name]: 'CANARYx9', z: [{ [name]: 'CANARYx9' }] };
          const redacted = redactLine(`${JSON.stringify(given, null, indent)}\n`);
          assert.ok(redacted.endsWith('}\n'));
          assert.deepEqual(Object.keys(JSON.parse(redacted) as object), Object.keys(given));
          assert.doesNotMatch(redacted, /CANARY/);
        },
      ),
      { numRuns: 500 },
    );
  });
});
