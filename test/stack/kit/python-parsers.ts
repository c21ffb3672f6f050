/** The parsers of Python's `prometheus-client`, as `scripts/install-python.sh` installs it. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from '../../../scripts/cache-folder.mjs';

const installed = join(cacheFolder('python'), 'bin/python3');
const python = existsSync(installed) ? installed : 'python3';
const PARSE = `
import sys
from prometheus_client.parser import text_string_to_metric_families as text
from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics
families = list((openmetrics if sys.argv[1] == 'openmetrics' else text)(sys.stdin.read()))
samples = [sample for family in families for sample in family.samples]
print(len(samples), sum(1 for sample in samples if sample.exemplar))
`;

/** For the `skip` option of a test. */
export const skipWithoutPython: string | false =
  spawnSync(python, ['-c', 'import prometheus_client']).status === 0
    ? false
    : 'prometheus-client is not installed: scripts/install-python.sh';

/** @throws {Error} what the parser says of a text that it does not take. */
export function parseByPython(text: string, format: 'text' | 'openmetrics'): { readonly samples: number; readonly exemplars: number } {
  const { stdout, stderr, status } = spawnSync(python, ['-c', PARSE, format], { input: text, encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  const [samples = NaN, exemplars = NaN] = stdout.trim().split(' ').map(Number);
  return { samples, exemplars };
}
