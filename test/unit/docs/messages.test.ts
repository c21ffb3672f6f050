/** The table of messages holds every code that the sources can say, and no other; docs/messages.md is made from it. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MESSAGES, type MessageRow } from '../../../src/names/messages.ts';
import { filesIn, read } from './pages.ts';

const sources = filesIn('src', /\.c?ts$/).filter((path) => !/^src\/(?:receiver|cli)\/|names\/messages\.ts$/.test(path));
const all = sources.map(read).join('\n');
const rows = Object.entries<MessageRow>(MESSAGES);

/** How a code is written where it is said: the compiler sees to it that no other is. */
function isSaid(code: string): boolean {
  const written = code.startsWith('export.') ? [code, code.slice('export.'.length)] : [code];
  if (code.startsWith('otel.')) return all.includes('`otel.${');
  return written.some((text) =>
    text.endsWith('…') ? all.includes(`\`${text.slice(0, -1)}$`) : all.includes(`'${text}'`) || all.includes(`\`${text}\``),
  );
}

/** As GitHub makes them. */
const anchorsOf = (page: string): string[] =>
  [...page.matchAll(/^#+ (.+)$/gm)].map(([, title]) =>
    (title as string)
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  );

describe('the table of messages', () => {
  it('has no code that nobody says', () => {
    assert.deepEqual(
      rows.map(([code]) => code).filter((code) => !isSaid(code)),
      [],
    );
  });

  it('names pages and headings that are there', () => {
    for (const [code, { page }] of rows) {
      if (page === undefined) continue;
      const [file, anchor] = page.split('#') as [string, string | undefined];
      const text = read(`docs/${file}`);
      if (anchor !== undefined) assert.ok(anchorsOf(text).includes(anchor), `${code}: docs/${page}`);
    }
  });
});

describe('docs/messages.md', () => {
  it('names what is said before anything is loaded', () => {
    const early = [
      ...['src/register.ts', 'src/too-old.cts']
        .map(read)
        .join('\n')
        .matchAll(/[`'](signalbox: [A-Z][^$`':,]{8,})/g),
    ].map((match) => match[1] as string);
    assert.ok(early.length >= 3, early.join('\n'));
    for (const beginning of early) assert.ok(read('docs/messages.md').includes(beginning), beginning);
  });
});
