/** What no file of src may do, so that each is done in the one place that is there for it. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';

const SRC = join(dirname(fileURLToPath(import.meta.url)), '../../src');
const sources = (readdirSync(SRC, { recursive: true }) as string[])
  .filter((file) => /\.c?ts$/.test(file))
  .sort()
  .map((file) => ({ file, text: withoutComments(readFileSync(join(SRC, file), 'utf8')) }));

function withoutComments(text: string): string {
  return text.replace(/\/\*[^]*?\*\//g, '').replace(/(^|\s)\/\/ .*/g, '$1');
}

const filesWith = (pattern: RegExp): string[] => sources.flatMap(({ file, text }) => (pattern.test(text) ? file : []));

describe('the source', () => {
  it('swallows nothing: faults of ours go through contain(), what may well throw through attempt()', () => {
    const exceptions = [
      'register.ts', // has no import: it says its one line, or nobody can hear it
      'runtime/contain.ts', // what the others go through
    ];
    assert.deepEqual(
      filesWith(/\bcatch\s*\{/).filter((file) => !exceptions.includes(file)),
      [],
    );
  });

  it('takes timers from runtime/captured.ts, for applications and test runners replace the global ones', () => {
    const timers = /(?<![.\w])(setTimeout|setInterval|setImmediate|queueMicrotask)\(/;
    const isImported = (text: string, name: string): boolean =>
      new RegExp(`import \\{[^}]*\\b${name}\\b[^}]*\\} from '[^']*/captured\\.ts'`).test(text);
    const global = sources.flatMap(({ file, text }) => {
      const used = new Set([...text.matchAll(new RegExp(timers, 'g'))].map(([, name]) => name as string));
      return [...used].filter((name) => !isImported(text, name)).map((name) => `${file}: ${name}`);
    });
    assert.deepEqual(global, []);
  });

  it('awaits nothing at the top level, for with it the bundle comes apart, and paths beside a file are wrong', () => {
    assert.deepEqual(filesWith(/^(?!.*\basync\b)[^\s/*][^\n]*\bawait\s/m), []);
  });

  it('has no `any`', () => {
    assert.deepEqual(filesWith(/\bas any\b|: any\b|<any>/), []);
  });
});
