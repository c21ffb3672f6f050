import assert from 'node:assert/strict';

import { eventually } from './eventually.ts';
import type { Stack } from './start-stack.ts';

/** Since its start the Collector has refused nothing and given nothing up, and nothing waits in its queues. */
export async function nothingLostInCollector(stack: Stack): Promise<void> {
  for (const kind of ['spans', 'metric_points', 'log_records']) {
    for (const lost of ['receiver_refused', 'receiver_failed', 'exporter_send_failed', 'exporter_enqueue_failed']) {
      const name = `otelcol_${lost}_${kind}_total`;
      assert.equal((await stack.collectorMetric(name)) ?? 0, 0, name);
    }
  }
  assert.equal(await stack.collectorMetric('otelcol_processor_tail_sampling_sampling_trace_dropped_too_early_total'), 0);
  await eventually(async () => (await stack.collectorMetric('otelcol_exporter_queue_size')) === 0);
}
