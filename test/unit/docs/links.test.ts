import assert from 'node:assert/strict';
import { existsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { filesIn, read, ROOT, withoutCode } from './pages.ts';

const PAGES = ['README.md', 'bench/README.md', ...filesIn('docs', /\.md$/), ...filesIn('examples', /\.md$/)].filter((path) =>
  existsSync(join(ROOT, path)),
);

/** `[text](target)`, not in a piece of code. */
function linksOf(markdown: string): string[] {
  return [
    ...withoutCode(markdown)
      .replace(/(`+)(?:(?!\1).)+\1/g, 'code')
      .matchAll(/\[[^\]]*\]\(([^)\s]+)\)/g),
  ].map((match) => match[1] as string);
}

/** As GitHub makes them: lower case, letters and digits, dashes for spaces; one that comes again gets a number. */
function anchorsOf(markdown: string): Set<string> {
  const anchors = new Set<string>();
  for (const [, heading = ''] of withoutCode(markdown).matchAll(/^#{1,6} +(.+?) *#*$/gm)) {
    const text = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase();
    const anchor = text.replace(/[^\p{L}\p{N}\p{M}_ -]/gu, '').replaceAll(' ', '-');
    let unique = anchor;
    for (let again = 1; anchors.has(unique); again++) unique = `${anchor}-${again}`;
    anchors.add(unique);
  }
  return anchors;
}

/** What is wrong with `link` on `page`, if anything is. */
function faultOf(page: string, link: string): string | undefined {
  if (/^[a-z][a-z\d+.-]*:/i.test(link)) return undefined;
  const [path = '', anchor] = decodeURI(link).split('#');
  const target = path === '' ? page : join(dirname(page), path);
  if (target.startsWith('..')) return 'leads out of the repository';
  if (!existsSync(join(ROOT, target))) return 'there is no such file';
  if (anchor === undefined || statSync(join(ROOT, target)).isDirectory() || !target.endsWith('.md')) return undefined;
  return anchorsOf(read(target)).has(anchor) ? undefined : `${target} has no such heading`;
}

describe('the links of the documentation', () => {
  it('were found', () => {
    assert.ok(PAGES.length >= 12, PAGES.join(', '));
    assert.ok(PAGES.flatMap((page) => linksOf(read(page))).length >= 40);
  });

  for (const page of PAGES) {
    it(`lead somewhere: ${page}`, () => {
      const faults = linksOf(read(page)).flatMap((link) => faultOf(page, link)?.replace(/^/, `${link}: `) ?? []);
      assert.deepEqual(faults, []);
    });
  }

  it('reach every page of docs from its index, and every runbook from the page of alerts', () => {
    const listed = new Set([
      ...linksOf(read('docs/README.md')),
      ...linksOf(read('docs/alerts.md')).filter((link) => link.startsWith('runbooks/')),
    ]);
    assert.deepEqual(
      filesIn('docs', /\.md$/)
        .map((path) => path.slice('docs/'.length))
        .filter((page) => page !== 'README.md' && !listed.has(page)),
      [],
    );
  });
});

describe('the check of links', () => {
  it('finds what leads nowhere', () => {
    assert.equal(faultOf('docs/README.md', 'no-such-page.md'), 'there is no such file');
    assert.equal(faultOf('docs/README.md', '#no-such-heading'), 'docs/README.md has no such heading');
    assert.equal(faultOf('README.md', '../elsewhere.md'), 'leads out of the repository');
    assert.equal(faultOf('docs/README.md', 'README.md#documentation'), undefined);
  });

  it('makes anchors as GitHub does', () => {
    assert.deepEqual([...anchorsOf('# The `a` & b\n## Node.js\n```\n# no heading\n```\n## Node.js\n')], ['the-a--b', 'nodejs', 'nodejs-1']);
  });
});
