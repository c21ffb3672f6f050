import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';

/** So that a quadratic step ends the test instead of hanging it: over a quarter of a megabyte, it takes minutes. */
const PATIENCE_MS = 180_000;

test('a quarter of a megabyte that is made to be slow is redacted by every part', async () => {
  const worker = new Worker(new URL('./linear-time.worker.ts', import.meta.url));
  let last = 'nothing';
  const timer = setTimeout(() => void worker.terminate(), PATIENCE_MS);
  try {
    await new Promise<void>((resolve, reject) => {
      worker.on('message', (message: string) => {
        last = message;
      });
      worker.on('error', reject);
      worker.on('exit', () => resolve());
    });
  } finally {
    clearTimeout(timer);
  }
  assert.equal(last, 'done');
});
