import assert from 'node:assert/strict';
import { sep } from 'node:path';
import { it } from 'node:test';
import { packageOf, packageOfFile } from '../../../../src/instrumentation/loading/package-name.ts';

it('a specifier names its package', () => {
  const expected: Readonly<Record<string, string | undefined>> = {
    express: 'express',
    'express/lib/router': 'express',
    '@scope/name': '@scope/name',
    '@scope/name/file.js': '@scope/name',
    'node:http': 'http',
    http: 'http',
    'fs/promises': 'fs/promises',
    'file:///app/node_modules/a/node_modules/@b/c/index.js': '@b/c',
    'file:///app/index.js': undefined,
    './express': undefined,
    '/express': undefined,
    '#internal': undefined,
  };
  for (const [specifier, name] of Object.entries(expected)) assert.equal(packageOf(specifier), name, specifier);
});

it('a file stands in the innermost package of its path', () => {
  const file = (path: string): string => path.replaceAll('/', sep);
  assert.equal(packageOfFile(file('/app/node_modules/a/node_modules/b/lib/index.js')), 'b');
  assert.equal(packageOfFile(file('/app/node_modules/@scope/name/index.js')), '@scope/name');
  assert.equal(packageOfFile(file('/app/lib/node_modules.js')), undefined);
});
