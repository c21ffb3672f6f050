import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { renderConfiguration } from '../../../scripts/build-docs.ts';
import { INSTRUMENTATION_NAMES } from '../../../src/config/instrumentation-names.ts';
import { settings } from '../../../src/config/settings.ts';

const page = readFileSync(new URL('../../../docs/configuration.md', import.meta.url), 'utf8');

test('docs/configuration.md is what `node scripts/build-docs.ts` writes', () => {
  assert.equal(page, renderConfiguration());
});

test('every setting and every instrumentation stands in docs/configuration.md', () => {
  for (const { name } of settings) assert.ok(page.includes(`\`${name}\``), name);
  for (const name of INSTRUMENTATION_NAMES) assert.ok(page.includes(`\`${name}\``), name);
});

test('every instrumentation of auto-instrumentations-node is known', () => {
  const { dependencies } = JSON.parse(
    readFileSync(new URL('../../../node_modules/@opentelemetry/auto-instrumentations-node/package.json', import.meta.url), 'utf8'),
  ) as { dependencies: Record<string, string> };
  const prefix = '@opentelemetry/instrumentation-';
  const names = Object.keys(dependencies)
    .filter((name) => name.startsWith(prefix))
    .map((name) => name.slice(prefix.length));
  assert.ok(names.length > 40);
  assert.deepEqual(
    [...INSTRUMENTATION_NAMES].filter((name) => !['ai', 'azure-sdk', 'bullmq', 'fastify', 'hono', 'prisma'].includes(name)).sort(),
    names.sort(),
  );
});
