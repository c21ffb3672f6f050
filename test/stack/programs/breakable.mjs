// Preloaded into services of the demo, so that a test can break what no traffic can: node --import ./breakable.mjs app.js
//
// BREAKABLE_FOLDER  while it holds `<service>.block`, the event loop is blocked again and again; while it holds `<service>.leak`,
//                   memory is kept
// BREAKABLE_DISK    a folder whose disk is checked
// BREAKABLE_REDIS   the port of a Redis that is checked
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { diskCheck, health, tcpCheck } from 'signalbox/health';

const { BREAKABLE_DISK, BREAKABLE_FOLDER = '.', BREAKABLE_REDIS, OTEL_SERVICE_NAME } = process.env;
const BLOCK_MS = 1500;
/** Of what the heap may grow to: enough to see, and far from the end of the process. */
const LEAKED_SHARE = 0.55;

if (BREAKABLE_DISK) health.register('disk', diskCheck(BREAKABLE_DISK));
if (BREAKABLE_REDIS) health.register('redis', tcpCheck({ host: '127.0.0.1', port: Number(BREAKABLE_REDIS) }));
// As an orchestrator asks for it, a little more often.
setInterval(() => void health.report(), 1000).unref();

setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc');
const isWanted = (what) => existsSync(join(BREAKABLE_FOLDER, `${OTEL_SERVICE_NAME}.${what}`));

let leaked = [];
setInterval(() => {
  const { heap_size_limit: limit, used_heap_size: used } = getHeapStatistics();
  if (!isWanted('leak')) {
    if (leaked.length === 0) return;
    leaked = [];
    gc();
  } else if (used < LEAKED_SHARE * limit) {
    leaked.push(Array.from({ length: 20_000 }, (_, i) => ({ i })));
  }
}, 100).unref();

setInterval(() => {
  if (!isWanted('block')) return;
  const end = performance.now() + BLOCK_MS;
  while (performance.now() < end);
}, BLOCK_MS + 200).unref();
