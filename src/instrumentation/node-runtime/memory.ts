/** The heap and its spaces, what V8 lets it grow to, and what keeps the event loop alive. */
import type { Meter } from '@opentelemetry/api';
import { HEAP_SPACE_NAME, RESOURCE_TYPE, V8_METRICS } from '../../names/runtime-metrics.ts';
import { readEnvironment } from '../../config/early.ts';
import { require } from '../../runtime/otel.ts';
import { heapUtilization, oldSpaceLimit } from './heap-limit.ts';
import { observeTogether } from './observe.ts';

/** @returns what ends it. */
export function observeHeap(meter: Meter): () => void {
  const { getHeapSpaceStatistics, getHeapStatistics } = require('node:v8') as typeof import('node:v8');
  const oldLimitBytes = oldSpaceLimit(process.execArgv, readEnvironment()['NODE_OPTIONS']);
  return observeTogether(meter, {
    instruments: {
      size: ['ObservableUpDownCounter', V8_METRICS.heapSpaceSize],
      used: ['ObservableGauge', V8_METRICS.heapSpaceUsed],
      available: ['ObservableGauge', V8_METRICS.heapSpaceAvailable],
      physical: ['ObservableGauge', V8_METRICS.heapSpacePhysical],
      limit: ['ObservableGauge', V8_METRICS.heapLimit],
      utilization: ['ObservableGauge', V8_METRICS.heapUtilization],
    },
    read(observe, { size, used, available, physical, limit, utilization }) {
      const spaces = getHeapSpaceStatistics();
      for (const space of spaces) {
        const attributes = { [HEAP_SPACE_NAME]: space.space_name };
        observe(size, space.space_size, attributes);
        observe(used, space.space_used_size, attributes);
        observe(available, space.space_available_size, attributes);
        observe(physical, space.physical_space_size, attributes);
      }
      const { heap_size_limit: limitBytes, used_heap_size: usedBytes } = getHeapStatistics();
      observe(limit, oldLimitBytes ?? limitBytes);
      if (limitBytes > 0) observe(utilization, heapUtilization(usedBytes, limitBytes, oldLimitBytes, spaces));
    },
  });
}

/** @returns what ends it. */
export function observeActiveResources(meter: Meter): () => void {
  /** One that was there once is 0 from then on, rather than what it was last. */
  const known = new Set<string>();
  return observeTogether(meter, {
    instruments: { active: ['ObservableGauge', V8_METRICS.activeResources] },
    read(observe, { active }) {
      const counts = new Map<string, number>();
      for (const type of process.getActiveResourcesInfo()) {
        known.add(type);
        counts.set(type, (counts.get(type) ?? 0) + 1);
      }
      for (const type of known) observe(active, counts.get(type) ?? 0, { [RESOURCE_TYPE]: type });
    },
  });
}
