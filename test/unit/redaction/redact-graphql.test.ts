import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { redactGraphql } from '../../../src/redaction/redact-graphql.ts';
import { redactQueryText } from '../../../src/redaction/redact-query-text.ts';

describe('a document of GraphQL', () => {
  for (const [document, expected] of [
    ['query GetUser($id: ID!) {\n  user(id: $id) { name }\n}', 'query GetUser($id: ID!) {\n  user(id: $id) { name }\n}'],
    ['mutation { login(pw: "x", n: -5.5, e: ENUM, b: true) { t } }', 'mutation { login(pw: ?, n: ?, e: ENUM, b: true) { t } }'],
    ['query Q($a: String = "x") { y } # z', 'query Q($a: String = ?) { y } '],
    ['{ a(x: """it\'s "b" \\""" c""") }', '{ a(x: ?) }'],
    ['mutation { a(i: { pw: "x\\"y" }) }', 'mutation { a(i: { pw: ? }) }'],
    ['query { a(x: "cut off', 'query { a(x: ?'],
    ['query { a(x: """cut off', 'query { a(x: ?'],
    ['', ''],
  ] as const) {
    test(`${JSON.stringify(document)} becomes ${JSON.stringify(expected)}`, () => {
      assert.equal(redactGraphql(document), expected);
      assert.equal(redactGraphql(expected), expected, 'redacting again must change nothing');
    });
  }

  test('is known by its first word where a database was asked', () => {
    assert.equal(redactQueryText('query GetUser($id: ID!) { user(id: "x") }'), 'query GetUser($id: ID!) { user(id: ?) }');
  });
});
