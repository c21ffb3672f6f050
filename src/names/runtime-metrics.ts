/**
 * Metrics of the Node.js runtime and of the process. Names, units and descriptions of the first two groups are those of
 * `@opentelemetry/instrumentation-runtime-node`.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/runtime/nodejs-metrics/
 * @see https://opentelemetry.io/docs/specs/semconv/runtime/v8js-metrics/
 * @see https://opentelemetry.io/docs/specs/semconv/system/process-metrics/
 */

export const EVENT_LOOP_STATE = 'nodejs.eventloop.state';
export const GC_TYPE = 'v8js.gc.type';
export const HEAP_SPACE_NAME = 'v8js.heap.space.name';
export const RESOURCE_TYPE = 'v8js.resource.type';
export const CPU_MODE = 'cpu.mode';

const eventLoopDelay = (statistic: string, what: string) =>
  ({ name: `nodejs.eventloop.delay.${statistic}`, unit: 's', description: `Event loop ${what} delay.` }) as const;

export const EVENT_LOOP_METRICS = {
  time: {
    name: 'nodejs.eventloop.time',
    unit: 's',
    description: 'Cumulative duration of time the event loop has been in each state.',
  },
  utilization: { name: 'nodejs.eventloop.utilization', unit: '1', description: 'Event loop utilization' },
  delayMin: eventLoopDelay('min', 'minimum'),
  delayMax: eventLoopDelay('max', 'maximum'),
  delayMean: eventLoopDelay('mean', 'mean'),
  delayStddev: eventLoopDelay('stddev', 'standard deviation'),
  delayP50: eventLoopDelay('p50', '50 percentile'),
  delayP90: eventLoopDelay('p90', '90 percentile'),
  delayP99: eventLoopDelay('p99', '99 percentile'),
} as const;

export const V8_METRICS = {
  gcDuration: {
    name: 'v8js.gc.duration',
    unit: 's',
    description: 'Garbage collection duration by kind, one of major, minor, incremental or weakcb.',
  },
  heapSpaceSize: {
    name: 'v8js.memory.heap.space.size',
    unit: 'By',
    description: 'Total heap memory size pre-allocated for a heap space.',
  },
  heapSpaceUsed: { name: 'v8js.memory.heap.used', unit: 'By', description: 'Heap Memory size allocated.' },
  heapSpaceAvailable: { name: 'v8js.memory.heap.space.available_size', unit: 'By', description: 'Heap space available size.' },
  heapSpacePhysical: { name: 'v8js.memory.heap.space.physical_size', unit: 'By', description: 'Committed size of a heap space.' },
  activeResources: {
    name: 'v8js.resource.active',
    unit: '{resource}',
    description: 'Count of the active resources that are currently keeping the event loop alive.',
  },
  /** Of no convention yet: what the heap may become before the process runs out of memory. */
  heapLimit: { name: 'v8js.heap.size_limit', unit: 'By', description: 'What the heap may grow to before V8 ends the process.' },
  heapUtilization: {
    name: 'v8js.heap.utilization',
    unit: '1',
    description: 'Used part of the heap, of the size that it may grow to.',
  },
} as const;

export const PROCESS_METRICS = {
  cpuTime: { name: 'process.cpu.time', unit: 's', description: 'Total CPU seconds broken down by different CPU modes.' },
  cpuUtilization: {
    name: 'process.cpu.utilization',
    unit: '1',
    description: 'CPU time since the last measurement, divided by the elapsed time and the number of CPUs available to the process.',
  },
  memoryUsage: { name: 'process.memory.usage', unit: 'By', description: 'The amount of physical memory in use.' },
  /** Of no convention yet: what memory the process may use before the system ends it. */
  memoryLimit: {
    name: 'process.memory.limit',
    unit: 'By',
    description: 'The memory that the process may use: the limit of its container, or the memory of the machine.',
  },
  uptime: { name: 'process.uptime', unit: 's', description: 'The time the process has been running.' },
  fileDescriptors: {
    name: 'process.unix.file_descriptor.count',
    unit: '{file_descriptor}',
    description: 'Number of UNIX file descriptors in use by the process.',
  },
} as const;
