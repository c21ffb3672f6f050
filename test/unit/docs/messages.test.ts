/** docs/messages.md holds every code that the sources can say, and no other. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { filesIn, read } from './pages.ts';

const sources = filesIn('src', /\.c?ts$/).filter((path) => !/^src\/(?:receiver|cli)\//.test(path));
const textOf = (pattern: RegExp): string =>
  sources
    .filter((path) => pattern.test(path))
    .map(read)
    .join('\n');

/** `queue-full.${signal}` is `queue-full.…`, and what stands behind a space is where it happened. */
function codeOf(written: string): string {
  return (written.replace(/\$\{[^}]*\}/g, '…').split(' ', 1)[0] as string).replace(/…+/g, '…');
}

const found = (text: string, pattern: RegExp): string[] => [...text.matchAll(pattern)].map((match) => match[1] ?? match[2] ?? '');
const QUOTED = String.raw`(?:'([^']*)'|\`((?:[^\`$]|\$\{[^}]*\})*)\`)`;

function saidCodes(): Set<string> {
  const all = textOf(/./);
  const said = found(all, new RegExp(String.raw`\bsay\(\s*(?:'\w+'|\w+),\s*${QUOTED}`, 'g'));
  // Where a code has a name before it is said.
  const named = found(all, new RegExp(String.raw`\bconst key = ${QUOTED}`, 'g'));
  const problems = found(textOf(/^src\/config\//), /(?:\breport(?:Unknown)?\(\s*|\bcode: )'([a-z-]+)'/g);
  const reasons = found(
    textOf(/^src\/export\//),
    new RegExp(
      String.raw`(?:(?:retry|refused)\(\s*destination,\s*|\.(?:failed|lost)\(\s*signal,\s*|\bkind: '(?:retry|refused)', reason: )${QUOTED}`,
      'g',
    ),
  ).map((reason) => `export.${reason}`);
  // `${problem.code} ${problem.setting}` and `export.${reason} ${origin}` are these two.
  return new Set([...said, ...named, ...problems, ...reasons].map(codeOf).filter((code) => code !== '…' && code !== 'export.…'));
}

/** The first cells of all tables whose head is `code`. */
function documentedCodes(page: string): string[] {
  return page
    .split(/\n(?=#)/)
    .flatMap((section) => section.split('\n\n'))
    .filter((block) => block.startsWith('| code |'))
    .flatMap((block) => found(block, /^\| `([^`]+)`/gm));
}

const page = read('docs/messages.md');

describe('docs/messages.md', () => {
  it('names every code that the sources say, once, and no other', () => {
    assert.deepEqual(documentedCodes(page).sort(), [...saidCodes()].sort());
  });

  it('is compared with what is really there', () => {
    for (const code of [
      'started',
      'bad-value',
      'unknown-option',
      'unreadable-file',
      'exit.lost',
      'queue-full.…',
      'loaded-first.…',
      'export.connection_refused',
      'export.http_…',
      'export.partial_success',
      'export.internal',
      'export.recovered',
      'otel.…',
    ]) {
      assert.ok(saidCodes().has(code), `${code} was not found in the sources`);
    }
  });

  it('names what is said before anything is loaded', () => {
    const early = found(['src/register.ts', 'src/too-old.cts'].map(read).join('\n'), /[`'](signalbox: [A-Z][^$`':,]{8,})/g);
    assert.ok(early.length >= 3, early.join('\n'));
    for (const beginning of early) assert.ok(page.includes(beginning), beginning);
  });

  it('has levels that a setting can name', () => {
    for (const level of found(page, /^\| `[^`]+` \| ([a-z]+) \| /gm)) assert.match(level, /^(?:error|warn|info|debug)$/);
  });
});
