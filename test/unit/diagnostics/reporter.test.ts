import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createReporter } from '../../../src/diagnostics/reporter.ts';
import type { Level, MessageCode } from '../../../src/names/messages.ts';

function collect(level: Level | 'none' = 'info', forPerson = false): { lines: string[]; reporter: ReturnType<typeof createReporter> } {
  const lines: string[] = [];
  return { lines, reporter: createReporter({ level, forPerson, write: (line) => lines.push(line) }) };
}

describe('the reporter', () => {
  it('writes JSON lines with level, time, logger, code and message', () => {
    const { lines, reporter } = collect();
    assert.equal(reporter.say('metrics.collect', 'Something is wrong.'), true);
    const { time, ...rest } = JSON.parse(lines[0] as string) as Record<string, string>;
    assert.deepEqual(rest, { level: 'warn', logger: 'signalbox', code: 'metrics.collect', message: 'Something is wrong.' });
    assert.match(time as string, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    assert.ok(lines[0]?.endsWith('}\n'));
  });

  it('writes a sentence with its name for a person', () => {
    const { lines, reporter } = collect('info', true);
    reporter.say('metrics.collect', 'Something is wrong.');
    assert.deepEqual(lines, ['signalbox: Something is wrong.\n']);
  });

  it('ends a message with where to read on, when there is a page', () => {
    const { lines, reporter } = collect('info', true);
    reporter.say('exit.blocked', 'Something is wrong.');
    assert.deepEqual(lines, ['signalbox: Something is wrong. See signalbox/docs/end-of-process.md.\n']);
  });

  it('says the same thing once, and again when it was forgotten', () => {
    const { lines, reporter } = collect();
    assert.equal(reporter.say('metrics.collect', 'first', 'a'), true);
    assert.equal(reporter.say('metrics.collect', 'second', 'a'), false);
    assert.equal(reporter.say('metrics.collect', 'other', 'b'), true);
    reporter.forget('metrics.collect', 'a');
    assert.equal(reporter.say('metrics.collect', 'third', 'a'), true);
    assert.deepEqual(
      lines.map((line) => (JSON.parse(line) as { message: string }).message),
      ['first', 'other', 'third'],
    );
  });

  it('remembers no more than two hundred things', () => {
    const { lines, reporter } = collect();
    for (let n = 0; n <= 200; n++) reporter.say('metrics.collect', 'x', String(n));
    assert.equal(reporter.say('metrics.collect', 'x', '0'), true, 'the oldest was forgotten');
    assert.equal(reporter.say('metrics.collect', 'x', '200'), false);
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
      for (const code of ['not-started', 'bundled', 'started', 'contained'] satisfies MessageCode[]) reporter.say(code, 'x');
      assert.deepEqual(
        lines.map((line) => (JSON.parse(line) as { level: string }).level),
        said,
      );
    });
  }

  it('keeps to one line and moves no cursor, whatever a message holds', () => {
    for (const forPerson of [true, false]) {
      const { lines, reporter } = collect('info', forPerson);
      reporter.say('metrics.collect', 'one\r\ntwo\u001b[2Jthree\u2028four\u0000\u009bfive');
      assert.doesNotMatch((lines[0] as string).slice(0, -1), /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/);
      assert.match(lines[0] as string, /one two \[2Jthree four five/);
    }
  });
});
