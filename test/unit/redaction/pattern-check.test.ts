import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { slownessOf } from '../../../src/redaction/pattern-check.ts';

describe('a pattern that is quick on every text may run', () => {
  for (const pattern of [
    /EMP-\d+/,
    /\bEMP-\d{4,8}\b/i,
    /[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){4,7}/,
    /\d{3}-\d{2}-\d{4}/,
    /(?:\d{4}[ -]?){3}\d{4}/,
    /customer:[\w-]+/,
    /\bMRN\d+\b/,
    /\b[a-z]+@corp\.example/,
    /(?<!\d)\d{11}(?!\d)/,
    /ann|bob|carol/,
    /secret \w+$/,
    /[\w.]{1,64}@example\.com/,
    /"ssn":"[^"]*"/,
    /"ssn":"(?:[^"\\]|\\[nrt])*"/,
    /(?=[a-z]{1,20}\d)id[a-z]+\d?/,
    /sk-(?=[a-z-]{0,40}\d)[\w-]{20,}/,
    /^internal: .*/,
    /\u00e9t\u{e9}/u,
    /colou?r-\d/,
    /[a-z]{1,10}[a-z]{1,10}x/,
    /x/,
  ])
    test(String(pattern), () => assert.equal(slownessOf(pattern.source, pattern.flags), undefined));
});

describe('a pattern that a text can make slow is refused', () => {
  for (const [pattern, why] of [
    [/(a+)+$/, /repeats a group/],
    [/(a*)*b/, /repeats a group/],
    [/(?:a|aa)+$/, /repeats a group/],
    [/(\w+\s?)*!/, /repeats a group/],
    [/(?:(?:ab)*)+c/, /repeats a group/],
    [/([a-z]+,)+$/, /repeats a group/],
    [/(?:x{1,5}){10}/, /too many ways/],
    [/(?:x?y?){30}/, /repeats a group/],
    [/\d+\d+x/, /what follows/],
    [/\d+\b\d+x/, /what follows/],
    [/.*.*=.*/, /what follows/],
    [/x.*y/, /what follows/],
    [/^.*secret.*$/, /what follows/],
    [/\w*\d+x/, /what follows/],
    [/\w+@corp/, /its beginning/],
    [/a[^;]*;/, /its beginning/],
    [/ +$/, /its beginning/],
    [/x.*$/, /its beginning/],
    [/[a-z]{1,64}[a-z]{1,64}[a-z]{1,64}x/, /too many ways/],
    [/(?:a|b|ab)(?:a|b|ab)(?:a|b|ab)(?:a|b|ab)(?:a|b|ab)(?:a|b|ab)x/, /too many ways/],
    [/\d{1,100000}\d/, /what follows/],
    [/(a)\1/, /refers back/],
    [/(?<x>a)\k<x>/, /refers back/],
    [/(?=.*x)y/, /repeats without an end inside/],
    [/a[^;]*(?:;y|$)/, /its beginning/],
    [/a[^;]*(?:;y|(?=;z))/, /its beginning/],
    [/(?:a|ab)+c/, /repeats a group/],
    [/(?:a|b?)+c/, /repeats a group/],
    [/(?=[a-z]{1,64}[a-z]{1,64}x)y/, /too many ways/],
    [new RegExp('[\\w--\\d]+', 'v'), /flag v/],
    [new RegExp('a'.repeat(600)), /longer than 512/],
  ] as const)
    test(String(pattern).slice(0, 60), () => assert.match(slownessOf(pattern.source, pattern.flags) ?? 'accepted', why));
});
