import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createReporter, type Level } from '../../../src/diagnostics/reporter.ts';

function collect(level: Level | 'none' = 'info', forPerson = false): { lines: string[]; reporter: ReturnType<typeof createReporter> } {
  const lines: string[] = [];
  return { lines, reporter: createReporter({ level, forPerson, write: (line) => lines.push(line) }) };
}

describe('the reporter', () => {
  it('writes JSON lines with level, time, logger, code and message', () => {
    const { lines, reporter } = collect();
    assert.equal(reporter.say('warn', 'some.code', 'Something is wrong.'), true);
    const { time, ...rest } = JSON.parse(lines[0] as string) as Record<string, string>;
    assert.deepEqual(rest, { level: 'warn', logger: 'signalbox', code: 'some.code', message: 'Something is wrong.' });
    assert.match(time as string, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    assert.ok(lines[0]?.endsWith('}\n'));
  });

  it('writes a sentence with its name for a person', () => {
    const { lines, reporter } = collect('info', true);
    reporter.say('warn', 'some.code', 'Something is wrong.');
    assert.deepEqual(lines, ['signalbox: Something is wrong.\n']);
  });

  it('says the same thing once, and again when it was forgotten', () => {
    const { lines, reporter } = collect();
    assert.equal(reporter.say('warn', 'a', 'first'), true);
    assert.equal(reporter.say('warn', 'a', 'second'), false);
    assert.equal(reporter.say('warn', 'b', 'other'), true);
    reporter.forget('a');
    assert.equal(reporter.say('warn', 'a', 'third'), true);
    assert.deepEqual(
      lines.map((line) => (JSON.parse(line) as { message: string }).message),
      ['first', 'other', 'third'],
    );
  });

  it('remembers no more than two hundred things', () => {
    const { lines, reporter } = collect();
    for (let n = 0; n <= 200; n++) reporter.say('warn', `code ${n}`, 'x');
    assert.equal(reporter.say('warn', 'code 0', 'x'), true, 'the oldest was forgotten');
    assert.equal(reporter.say('warn', 'code 200', 'x'), false);
    assert.equal(lines.length, 202);
  });

  for (const [level, said] of [
    ['none', []],
    ['error', ['error']],
    ['warn', ['error', 'warn']],
    ['info', ['error', 'warn', 'info']],
    ['debug', ['error', 'warn', 'info', 'debug']],
  ] as const) {
    it(`says at level ${level}: ${said.join(', ') || 'nothing'}`, () => {
      const { lines, reporter } = collect(level);
      for (const at of ['error', 'warn', 'info', 'debug'] as const) reporter.say(at, at, at);
      assert.deepEqual(
        lines.map((line) => (JSON.parse(line) as { level: string }).level),
        said,
      );
    });
  }

  it('keeps to one line and moves no cursor, whatever a message holds', () => {
    for (const forPerson of [true, false]) {
      const { lines, reporter } = collect('info', forPerson);
      reporter.say('warn', 'x', 'one\r\ntwo\u001b[2Jthree\u2028four\u0000\u009bfive');
      assert.doesNotMatch((lines[0] as string).slice(0, -1), /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/);
      assert.match(lines[0] as string, /one two \[2Jthree four five/);
    }
  });
});
