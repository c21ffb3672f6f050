import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseLevels, rankFor } from '../../../../src/config/log-levels.ts';
import { LEVELS, RANK_INFO } from '../../../../src/names/log-levels.ts';

const levelOf = (name: string, text: string): string => LEVELS[rankFor(name, parseLevels(text), RANK_INFO)] ?? 'none';

describe('LOG_LEVEL', () => {
  for (const [text, name, expected] of [
    ['info,db=debug,http.*=warn', 'app', 'info'],
    ['info,db=debug,http.*=warn', 'db', 'debug'],
    ['info,db=debug,http.*=warn', 'dbx', 'info'],
    ['info,db=debug,http.*=warn', 'http.client', 'warn'],
    ['info,db=debug,http.*=warn', 'http', 'info'],
    ['db=debug', 'app', 'info'],
    ['DEBUG', 'app', 'debug'],
    ['trace', 'app', 'silly'],
    ['fatal', 'app', 'error'],
    ['warning', 'app', 'warn'],
    ['off,db=info', 'app', 'none'],
    ['off,db=info', 'db', 'info'],
    ['http.*=warn,http.client=debug', 'http.client', 'debug'],
    ['http.client=debug,http.*=warn', 'http.client', 'debug'],
    ['a*=warn,a.b*=debug', 'a.b.c', 'debug'],
    ['*.sql=debug', 'db.sql', 'debug'],
    ['a*b*c=debug', 'axxbyyc', 'debug'],
    ['a*ba=debug', 'aba', 'debug'],
    ['ab*ba=debug', 'aba', 'info'],
    ['db=debug,db=warn', 'db', 'warn'],
    [' info , db = debug ', 'db', 'debug'],
  ] as const) {
    it(`${text}: ${name} is written from ${expected}`, () => assert.equal(levelOf(name, text), expected));
  }

  it('names what is no level', () => {
    assert.deepEqual(parseLevels('info,db=loud,x,=debug').faults, ['db=loud', 'x', '=debug']);
  });

  for (const text of ['info;db=debug', 'info ; db=debug', 'info db=debug', 'info|db=debug', 'warn\tdb=debug', 'a=b=debug'])
    it(`names ${JSON.stringify(text)}, in which the comma is missing`, () =>
      assert.deepEqual(parseLevels(text), { text, otherwise: undefined, rules: [], faults: [text] }));

  it('takes names with other signs in them', () => {
    for (const name of ['http:server', 'http/client', 'payment service', 'app;x', 'information'])
      assert.equal(levelOf(name, `${name}=debug`), 'debug', name);
  });
});
