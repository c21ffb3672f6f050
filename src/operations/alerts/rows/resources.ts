/** Processor and memory, of the process and of its host. */
import { HTTP_INSTRUMENTATION_METRICS } from '../../../names/metrics/http.ts';
import type { AlertRow } from '../alert-row.ts';
import { ROUTE } from '../labels.ts';
import { RUNTIME } from '../metrics.ts';

const NEEDS = 'the instrumentation `runtime-node`, which is on';
const HOST = 'node_exporter';
const REQUESTS = HTTP_INSTRUMENTATION_METRICS.serverRequestDuration;

export const RESOURCE_ALERTS: readonly AlertRow[] = [
  {
    name: 'CpuHigh',
    needs: NEEDS,
    scope: 'service',
    unit: 'ratio',
    thresholds: { critical: 0.8, warning: 0.6 },
    for: { critical: 300, warning: 900 },
    keepFiringFor: 300,
    labels: [],
    measure: (query) => query.max([], query.sum(['instance'], query.of(RUNTIME.cpuUtilization))),
    summary: '{service} uses {value} of the processors',
    description: 'The worst instance of {service} uses {value} of the processors that it may use; the limit is {threshold}.',
    dashboard: 'runtime',
    runbook: {
      means:
        'A process takes most of the processor time that it may have. With one thread it cannot take more than one processor: on four, 25 % is already all that JavaScript can.',
      look: [
        ['Which instance', (query) => query.sum(['instance'], query.of(RUNTIME.cpuUtilization))],
        ['Whether JavaScript is it (near 1) or threads beside it', (query) => query.max(['instance'], query.of(RUNTIME.utilization))],
        ['Which requests come', (query) => query.sum([ROUTE], query.rate(query.count(REQUESTS)))],
      ],
      mitigate: ['More load: add instances.', 'The same load: take a CPU profile, and compare with the time of the last release.'],
    },
  },
  {
    name: 'MemoryHigh',
    needs: NEEDS,
    scope: 'service',
    unit: 'ratio',
    thresholds: { critical: 0.8, warning: 0.6 },
    for: { critical: 300, warning: 900 },
    keepFiringFor: 300,
    labels: [],
    measure: (query) => query.max([], `${query.of(RUNTIME.memoryUsage)} / ${query.of(RUNTIME.memoryLimit)}`),
    summary: '{service} uses {value} of the memory',
    description:
      'The worst instance of {service} uses {value} of the memory that it may use (the limit of the container, or the memory of the machine); the limit here is {threshold}. At 100% the system kills it.',
    dashboard: 'runtime',
    runbook: {
      means:
        'Resident memory comes near to the limit of the container, or of the machine. At the limit the kernel kills the process (exit code 137) without a word.',
      look: [
        ['Which instance', (query) => query.max(['instance'], query.of(RUNTIME.memoryUsage))],
        ['How much of it is the heap', (query) => query.sum(['instance'], query.of(RUNTIME.heapUsed))],
        ['What may be used', (query) => query.max(['instance'], query.of(RUNTIME.memoryLimit))],
      ],
      mitigate: [
        'Heap: see [HeapNearLimit](HeapNearLimit.md). Not heap: buffers, native modules, threads.',
        '`--max-old-space-size` above the limit of the container never collects in time: set it to three quarters of that.',
        'Raise the limit of the container, or add instances.',
      ],
    },
  },
  {
    name: 'HostCpuHigh',
    needs: HOST,
    scope: 'server',
    unit: 'ratio',
    thresholds: { critical: 0.8, warning: 0.6 },
    for: { critical: 600, warning: 1800 },
    keepFiringFor: 300,
    labels: ['instance'],
    measure: (query) => `1 - avg by (instance) (${query.rate('node_cpu_seconds_total{mode="idle"}')})`,
    summary: '{instance}: {value} of the processors are busy',
    description: 'The host {instance} uses {value} of its processors; the limit is {threshold}.',
    dashboard: 'overview',
    runbook: {
      means: 'The machine has little processor time left. Everything on it becomes slow.',
      look: [
        ['What the time goes into', (query) => `sum by (instance, mode) (${query.rate('node_cpu_seconds_total')})`],
        ['How many wait for a processor', () => 'max by (instance) (node_load1)'],
        ['Which of the services it is', (query) => query.sum(['instance'], query.rate(query.of(RUNTIME.cpuTime)))],
      ],
      mitigate: [
        '`top` on the host tells the process.',
        'Move something away, or take a larger machine.',
        '`iowait`: it is the disk; `steal`: the neighbours.',
      ],
    },
  },
  {
    name: 'HostMemoryHigh',
    needs: HOST,
    scope: 'server',
    unit: 'ratio',
    thresholds: { critical: 0.8, warning: 0.6 },
    for: { critical: 300, warning: 1800 },
    keepFiringFor: 300,
    labels: ['instance'],
    measure: () => '1 - node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes',
    summary: '{instance}: {value} of the memory is used',
    description: 'The host {instance} uses {value} of its memory, caches not counted; the limit is {threshold}.',
    dashboard: 'overview',
    runbook: {
      means: 'The machine has little memory left. Then the kernel kills a process, mostly the largest.',
      look: [
        ['Which of the services it is', (query) => query.max(['instance'], query.of(RUNTIME.memoryUsage))],
        [
          'Whether it reads from the disk what should be in memory',
          (query) => `sum by (instance) (${query.rate('node_vmstat_pgmajfault')})`,
        ],
        ['Whether the kernel has killed already', (query) => `sum by (instance) (${query.increase('node_vmstat_oom_kill', 3600)})`],
      ],
      mitigate: ['`ps aux --sort=-rss` on the host tells the process.', 'Restart what has grown; move something away.'],
    },
  },
  {
    name: 'HostDiskAlmostFull',
    needs: HOST,
    scope: 'server',
    unit: 'ratio',
    fires: 'below',
    thresholds: { critical: 0.05, warning: 0.15 },
    for: 300,
    keepFiringFor: 300,
    labels: ['instance', 'mountpoint'],
    measure: () =>
      'min by (instance, mountpoint) (node_filesystem_avail_bytes{fstype!~"tmpfs|overlay|squashfs|ramfs"} / node_filesystem_size_bytes{fstype!~"tmpfs|overlay|squashfs|ramfs"})',
    summary: '{instance}: {value} of {mountpoint} is free',
    description: 'On the host {instance}, {value} of {mountpoint} is free; the limit is {threshold}.',
    dashboard: 'overview',
    runbook: {
      means: 'A disk is nearly full. Then databases stop, logs are lost, and the Collector can no longer queue.',
      look: [
        ['Which', () => 'node_filesystem_avail_bytes / node_filesystem_size_bytes'],
        ['How fast it fills', (query) => `delta(node_filesystem_avail_bytes[${query.span(3600)}])`],
        ['Whether it is Prometheus itself', () => 'prometheus_tsdb_head_series'],
      ],
      mitigate: [
        '`du -xh --max-depth=2 / | sort -h | tail` tells where.',
        'Old logs, images (`docker system prune`), dumps.',
        'A file that was deleted but is open still takes its place: restart who has it.',
      ],
    },
  },
];
