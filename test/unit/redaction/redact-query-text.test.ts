import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { redactQueryText } from '../../../src/redaction/redact-query-text.ts';

describe('what a database was asked', () => {
  for (const [text, expected] of [
    ["SELECT * FROM t WHERE a = 'x'", 'SELECT * FROM t WHERE a = ?'],
    ["  (SELECT 1) UNION (SELECT 'x')", '(SELECT ?) UNION (SELECT ?)'],
    ["/* c */ WITH a AS (SELECT 1) SELECT 'x'", 'WITH a AS (SELECT ?) SELECT ?'],
    ['BEGIN', 'BEGIN'],
    ["SET password = 'x'", 'SET password ?'],
    ['FLUSHALL', 'FLUSHALL'],
    ['GET user:1234:profile', 'GET user:?:profile'],
    ['GET sess:Xk29fjQ', 'GET sess:?'],
    ['GET alice@example.com', 'GET ?'],
    ['get cart', 'get cart'],
    ['SET user:1 secret value', 'SET user:? ?'],
    ['HSET user:1 name [1 other arguments]', 'HSET user:? ?'],
    ['LPUSH queue [3 other arguments]', 'LPUSH queue [3 other arguments]'],
    ['EVAL [4 other arguments]', 'EVAL [4 other arguments]'],
    ['AUTH hunter2', 'AUTH ?'],
    ['HELLO 3 AUTH root hunter2', 'HELLO ? ?'],
    ['CONFIG SET requirepass hunter2', 'CONFIG ? ?'],
    ['JSON.SET doc $ {"a":1}', 'JSON.SET doc ?'],
    [
      '{"find":"users","filter":{"email":"a@b.c","age":{"$gt":21}},"ok":true,"x":null}',
      '{"find":"?","filter":{"email":"?","age":{"$gt":?}},"ok":true,"x":null}',
    ],
    ['[{"$match": {"a.b": -1.5e3}}]', '[{"$match": {"a.b": -?}}]'],
    ['{"bob@example.com": 1, "a": "b\\"c"}', '{"?": ?, "a": "?"}'],
    ['{ name: \'x\', _id: ObjectId("5f"), r: /secret/i }', '{ name: \'?\', _id: ObjectId("?"), r: /?/? }'],
    ['{"a":"cut off in the mid', '{"a":"?'],
    ['db.users.find({ name: "secret" })', 'db.users.find({ name: ? })'],
    ['', ''],
  ] as const) {
    test(`${JSON.stringify(text)} becomes ${expected}`, () => {
      assert.equal(redactQueryText(text), expected);
      assert.equal(redactQueryText(expected), expected, 'redacting again must change nothing');
    });
  }
});
