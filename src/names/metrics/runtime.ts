/** The rows of `names/runtime-metrics.ts`, which the instrumentation of the runtime loads without these. */
import type { InstrumentType } from '../prometheus-name.ts';
import {
  CPU_MODE,
  EVENT_LOOP_METRICS,
  EVENT_LOOP_STATE,
  GC_TYPE,
  HEAP_SPACE_NAME,
  PROCESS_METRICS,
  RESOURCE_TYPE,
  V8_METRICS,
} from '../runtime-metrics.ts';
import { SECONDS, type AllowedValues, type MetricRow } from './metric-row.ts';

type Definition = Pick<MetricRow, 'name' | 'unit' | 'description'>;

/** Those that are no gauge without attributes. */
const TYPES = new Map<Definition, InstrumentType>([
  [EVENT_LOOP_METRICS.time, 'counter'],
  [V8_METRICS.heapSpaceSize, 'updowncounter'],
  [PROCESS_METRICS.cpuTime, 'counter'],
  [PROCESS_METRICS.memoryUsage, 'updowncounter'],
  [PROCESS_METRICS.memoryLimit, 'updowncounter'],
  [PROCESS_METRICS.fileDescriptors, 'updowncounter'],
]);
const SPACE = { [HEAP_SPACE_NAME]: 'label' } as const;
const MODES = { [CPU_MODE]: ['user', 'system'] } as const;
const ATTRIBUTES = new Map<Definition, Readonly<Record<string, AllowedValues>>>([
  [EVENT_LOOP_METRICS.time, { [EVENT_LOOP_STATE]: ['active', 'idle'] }],
  [V8_METRICS.heapSpaceSize, SPACE],
  [V8_METRICS.heapSpaceUsed, SPACE],
  [V8_METRICS.heapSpaceAvailable, SPACE],
  [V8_METRICS.heapSpacePhysical, SPACE],
  [V8_METRICS.activeResources, { [RESOURCE_TYPE]: 'label' }],
  [PROCESS_METRICS.cpuTime, MODES],
  [PROCESS_METRICS.cpuUtilization, MODES],
]);

const { gcDuration, ...observed } = V8_METRICS;

export const RUNTIME_METRICS: readonly MetricRow[] = [
  { ...gcDuration, type: 'histogram', attributes: { [GC_TYPE]: ['major', 'minor', 'incremental', 'weakcb'] }, buckets: SECONDS },
  ...[EVENT_LOOP_METRICS, observed, PROCESS_METRICS].flatMap((group) =>
    Object.values<Definition>(group).map((definition): MetricRow => ({
      ...definition,
      type: TYPES.get(definition) ?? 'gauge',
      attributes: ATTRIBUTES.get(definition) ?? {},
      isObserved: true,
    })),
  ),
];
