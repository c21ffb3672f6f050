/** Processes of Node.js: event loop, heap, garbage collection, processor, memory. */
import { METRICS } from '../../../names/metrics/catalogue.ts';
import type { MetricRow } from '../../../names/metrics/metric-row.ts';
import { EVENT_LOOP_METRICS, PROCESS_METRICS, V8_METRICS } from '../../../names/runtime-metrics.ts';
import { GC_KIND } from '../../alerts/labels.ts';
import { RUNTIME } from '../../alerts/metrics.ts';
import { label } from '../../promql.ts';
import type { Dashboard, Panel } from '../dashboard.ts';
import { fromAlert, legend, quantiles, rateOf } from '../panels.ts';

const row = ({ name }: { readonly name: string }): MetricRow => METRICS.get(name) as MetricRow;
const labelsOf = (metric: { readonly name: string }): readonly string[] => Object.keys(row(metric).attributes).map(label);

/** The highest of the instances, by what the metric tells apart. */
function highest(metric: { readonly name: string }, panel: Omit<Panel, 'ask'>): Panel {
  const labels = labelsOf(metric);
  return { ...panel, ask: (query) => [{ expression: query.max(labels, query.of(row(metric))), legend: legend(...labels) }] };
}

export const RUNTIME_BOARD: Dashboard = {
  name: 'runtime',
  title: 'Node.js runtime',
  description: 'The processes: event loop, heap against its real limit, garbage collection, processor, memory, descriptors, restarts.',
  rows: [
    {
      title: 'Event loop',
      panels: [
        fromAlert('EventLoopDelayHigh', { title: 'Delay (p99)', description: 'Of the worst instance. Every request of it waits as long.' }),
        fromAlert('EventLoopSaturated', {
          title: 'Busy',
          description: 'Part of the time in which the event loop works, of the worst instance.',
        }),
        {
          title: 'Delay',
          description: 'From least to most, of the worst instance.',
          unit: 's',
          ask: (query) =>
            Object.entries(EVENT_LOOP_METRICS)
              .filter(([key]) => key.startsWith('delay') && key !== 'delayP99')
              .map(([key, metric]) => ({
                expression: query.max([], query.of(row(metric))),
                legend: `${key.slice('delay'.length).toLowerCase()} ${legend()}`,
              })),
        },
        rateOf((query) => query.of(row(EVENT_LOOP_METRICS.time)), labelsOf(EVENT_LOOP_METRICS.time), {
          title: 'Time of the event loop',
          description: 'Seconds in a second, of all instances: active and idle.',
          unit: 's',
          isStacked: true,
        }),
        highest(V8_METRICS.activeResources, {
          title: 'What keeps the process alive',
          description: 'Timers, sockets, requests, of the worst instance. A line that only grows is a leak.',
          unit: 'short',
        }),
        fromAlert('FileDescriptorsHigh', { title: 'Files and sockets open', description: 'Of the worst instance. Not on Windows.' }),
      ],
    },
    {
      title: 'Heap',
      panels: [
        fromAlert('HeapNearLimit', {
          title: 'Heap, of its limit',
          description: 'Of the worst instance. At 100 % V8 ends the process.',
          alsoWatchedBy: ['HeapLeakSuspected'],
        }),
        {
          title: 'Heap',
          description: 'Of the worst instance: what is used, and what it may grow to.',
          unit: 'bytes',
          ask: (query) => [
            { expression: query.max([], query.sum(['instance'], query.of(RUNTIME.heapUsed))), legend: `used ${legend()}` },
            { expression: query.max([], query.of(RUNTIME.heapLimit)), legend: `limit ${legend()}` },
          ],
        },
        highest(V8_METRICS.heapSpaceUsed, {
          title: 'Spaces: used',
          description: 'By space, of the worst instance.',
          unit: 'bytes',
          isStacked: true,
        }),
        highest(V8_METRICS.heapSpaceSize, {
          title: 'Spaces: reserved',
          description: 'By space, of the worst instance.',
          unit: 'bytes',
          isStacked: true,
        }),
        highest(V8_METRICS.heapSpaceAvailable, { title: 'Spaces: free', description: 'By space, of the worst instance.', unit: 'bytes' }),
        highest(V8_METRICS.heapSpacePhysical, {
          title: 'Spaces: in memory',
          description: 'By space, of the worst instance.',
          unit: 'bytes',
        }),
      ],
    },
    {
      title: 'Garbage collection',
      panels: [
        fromAlert('GcPauseHigh', { title: 'Part of the time', description: 'Of the worst instance. Nothing else runs meanwhile.' }),
        quantiles(RUNTIME.gcDuration, [GC_KIND], { title: 'Duration of a pause', description: 'By kind, of all instances.', unit: 's' }),
        rateOf((query) => query.count(RUNTIME.gcDuration), [GC_KIND], {
          title: 'Pauses in a second',
          description: 'By kind, of all instances.',
        }),
      ],
    },
    {
      title: 'Process',
      panels: [
        fromAlert('CpuHigh', { title: 'Processor', description: 'Of the worst instance; 1 is all that the process may use.' }),
        rateOf((query) => query.of(RUNTIME.cpuTime), labelsOf(PROCESS_METRICS.cpuTime), {
          title: 'Processor time',
          description: 'Seconds in a second, of all instances.',
          unit: 's',
          isStacked: true,
        }),
        fromAlert('MemoryHigh', {
          title: 'Memory, of what there is',
          description: 'Of the worst instance: the limit of the container, or the memory of the machine.',
        }),
        {
          title: 'Memory',
          description: 'Of the worst instance.',
          unit: 'bytes',
          ask: (query) => [
            { expression: query.max([], query.of(RUNTIME.memoryUsage)), legend: `used ${legend()}` },
            { expression: query.max([], query.of(RUNTIME.memoryLimit)), legend: `limit ${legend()}` },
          ],
        },
        {
          title: 'Uptime',
          description: 'Of each instance. A line that falls to 0 is a restart.',
          unit: 'dtdurations',
          alerts: ['FrequentRestarts'],
          ask: (query) => [{ expression: query.max(['instance'], query.of(RUNTIME.uptime)), legend: legend('instance') }],
        },
        fromAlert('FrequentRestarts', {
          title: 'Starts in 30 minutes',
          description: 'For each instance that runs. A rollout starts each once.',
        }),
      ],
    },
  ],
};
