/** What the whole process takes of the machine: processor time, memory, open files; and how long it runs. */
import { readdirSync, statSync } from 'node:fs';
import type { Meter } from '@opentelemetry/api';
import { CPU_MODE, PROCESS_METRICS } from '../../names/runtime-metrics.ts';
import { monotonicMs } from '../../runtime/clock.ts';
import { attempt } from '../../runtime/contain.ts';
import { require } from '../../runtime/otel.ts';
import { observeTogether } from './observe.ts';

const MICROS = 1e6;

/** @returns what ends it. */
export function observeProcess(meter: Meter): () => void {
  const { availableParallelism, totalmem } = require('node:os') as typeof import('node:os');
  const descriptorsFolder = process.platform === 'win32' ? undefined : process.platform === 'linux' ? '/proc/self/fd' : '/dev/fd';
  const { memoryUsage } = process;
  // A container without a limit of its own says 0 or more than there is.
  const memoryLimit = (): number => Math.min(process.constrainedMemory() || Infinity, totalmem());
  let last = { cpu: process.cpuUsage(), atMs: monotonicMs() };
  return observeTogether(meter, {
    instruments: {
      cpuTime: ['ObservableCounter', PROCESS_METRICS.cpuTime],
      cpuUtilization: ['ObservableGauge', PROCESS_METRICS.cpuUtilization],
      memoryUsage: ['ObservableUpDownCounter', PROCESS_METRICS.memoryUsage],
      memoryLimit: ['ObservableUpDownCounter', PROCESS_METRICS.memoryLimit],
      uptime: ['ObservableGauge', PROCESS_METRICS.uptime],
      fileDescriptors: ['ObservableUpDownCounter', PROCESS_METRICS.fileDescriptors],
    },
    read(observe, instruments) {
      const now = { cpu: process.cpuUsage(), atMs: monotonicMs() };
      const availableMicros = (now.atMs - last.atMs) * 1000 * availableParallelism();
      for (const mode of ['user', 'system'] as const) {
        observe(instruments.cpuTime, now.cpu[mode] / MICROS, { [CPU_MODE]: mode });
        if (availableMicros > 0)
          observe(instruments.cpuUtilization, (now.cpu[mode] - last.cpu[mode]) / availableMicros, { [CPU_MODE]: mode });
      }
      last = now;
      observe(instruments.memoryUsage, memoryUsage.rss());
      observe(instruments.memoryLimit, memoryLimit());
      observe(instruments.uptime, process.uptime());
      const open = descriptorsFolder === undefined ? undefined : countOpen(descriptorsFolder);
      if (open !== undefined) observe(instruments.fileDescriptors, open);
    },
  });
}

/** Linux 6.2 and newer say it as the size of the folder; elsewhere its entries are counted, without the one that reads it. */
function countOpen(folder: string): number | undefined {
  return attempt(() => statSync(folder).size || readdirSync(folder).length - 1);
}
