// node --import signalbox/register test/e2e/programs/untouched/resolves.mjs
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import 'express';

for (const name of ['express', 'pg', 'node:http', './client-calls.cjs']) {
  const url = import.meta.resolve(name);
  console.log(name, new URL(url).search, url.startsWith('node:') || existsSync(fileURLToPath(url)));
}
