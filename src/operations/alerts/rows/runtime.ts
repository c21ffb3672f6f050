/** The Node.js runtime: event loop, heap, garbage collection, descriptors, restarts. The worst instance counts. */
import { HTTP_INSTRUMENTATION_METRICS } from '../../../names/metrics/http.ts';
import type { AlertRow } from '../alert-row.ts';
import { GC_KIND, ROUTE } from '../labels.ts';
import { RUNTIME } from '../metrics.ts';
import type { Query } from '../query.ts';

const NEEDS = 'the instrumentation `runtime-node`, which is on';
const REQUESTS = HTTP_INSTRUMENTATION_METRICS.serverRequestDuration;
const HOUR_SECONDS = 3600;
const byInstance = (query: Query, expression: string): string => query.max(['instance'], expression);
const byRoute: readonly [string, (query: Query) => string] = [
  'Which requests come meanwhile',
  (query) => query.sum([ROUTE], query.rate(query.count(REQUESTS))),
];

export const RUNTIME_ALERTS: readonly AlertRow[] = [
  {
    name: 'EventLoopDelayHigh',
    needs: NEEDS,
    scope: 'service',
    unit: 'seconds',
    thresholds: { critical: 1, warning: 0.2 },
    for: { critical: 120, warning: 300 },
    // Longer than what it explains goes on: the window of that, and how long that is kept.
    keepFiringFor: 600,
    labels: [],
    measure: (query) => query.max([], query.of(RUNTIME.delayP99)),
    summary: '{service}: the event loop is blocked for {value}',
    description:
      'In the worst instance of {service} one of 100 turns of the event loop waits {value}; the limit is {threshold}. All requests of that process wait as long. Mostly JSON of megabytes, a loop over much data, a synchronous call, or a regular expression.',
    dashboard: 'runtime',
    traces: 'slow',
    runbook: {
      means:
        'Something runs so long in JavaScript that nothing else can: every request of that process waits, health checks too. Mostly parsing or writing JSON of megabytes, a loop over many rows, `…Sync`, bcrypt, a regular expression that backtracks, or garbage collection.',
      look: [
        ['Which instance', (query) => byInstance(query, query.of(RUNTIME.delayP99))],
        [
          'Whether it is garbage collection (above 0.1 it is)',
          (query) => query.sum(['instance', GC_KIND], query.rate(query.total(RUNTIME.gcDuration))),
        ],
        byRoute,
      ],
      mitigate: [
        'Take a CPU profile of that process: the widest function is the cause.',
        'Restart the instance if it does not recover; then it was one request.',
        'Work in pieces (`setImmediate` between them), in a worker thread, or in a queue.',
      ],
    },
  },
  {
    name: 'EventLoopSaturated',
    needs: NEEDS,
    scope: 'service',
    unit: 'ratio',
    thresholds: { warning: 0.9 },
    for: 600,
    keepFiringFor: 300,
    labels: [],
    measure: (query) => query.max([], query.of(RUNTIME.utilization)),
    summary: '{service}: the event loop is busy for {value} of the time',
    description:
      'The event loop of the worst instance of {service} is busy for {value} of the time; the limit is {threshold}. There is no room for more requests: they begin to wait.',
    dashboard: 'runtime',
    runbook: {
      means: 'One thread does all it can. More requests only wait longer. It is load, or work that has become heavier.',
      look: [
        ['Whether all instances are so busy (load) or one (work)', (query) => byInstance(query, query.of(RUNTIME.utilization))],
        byRoute,
        ['Processor time', (query) => query.sum(['instance'], query.rate(query.of(RUNTIME.cpuTime)))],
      ],
      mitigate: [
        'All instances: add some, or processes by `node:cluster`.',
        'One: take a CPU profile of it.',
        'Shed load: answer 503 early rather than late.',
      ],
    },
  },
  {
    name: 'HeapNearLimit',
    needs: NEEDS,
    scope: 'service',
    unit: 'ratio',
    thresholds: { critical: 0.9, warning: 0.8 },
    for: { critical: 120, warning: 600 },
    keepFiringFor: 300,
    labels: [],
    measure: (query) => query.max([], query.of(RUNTIME.heapUtilization)),
    summary: '{service}: {value} of the heap is used',
    description:
      'The worst instance of {service} uses {value} of what its heap may grow to; the limit is {threshold}. At 100% V8 ends the process. The figure is of the real limit, not of what happens to be reserved.',
    dashboard: 'runtime',
    runbook: {
      means:
        'The heap comes near to what V8 allows (`--max-old-space-size`, or what Node.js derives from the memory). At the limit the process ends with `JavaScript heap out of memory`; before that, garbage collection takes most of the time.',
      look: [
        ['Whether it grows without end (a leak) or with the load', (query) => byInstance(query, query.of(RUNTIME.heapUtilization))],
        ['Time in garbage collection', (query) => query.sum(['instance', GC_KIND], query.rate(query.total(RUNTIME.gcDuration)))],
        ['What the limit is', (query) => byInstance(query, query.of(RUNTIME.heapLimit))],
      ],
      mitigate: [
        'Restart the instances one after another: this gains time.',
        'Raise `--max-old-space-size` if the container has the memory (three quarters of its limit is a good figure).',
        'Grows without end: take two heap snapshots and compare them (see [HeapLeakSuspected](HeapLeakSuspected.md)).',
      ],
    },
  },
  {
    name: 'HeapLeakSuspected',
    needs: `${NEEDS}, for six hours`,
    scope: 'service',
    unit: 'times',
    thresholds: { warning: 1.3 },
    for: 1800,
    labels: [],
    settings: { minUtilization: { value: 0.4, meaning: 'while the heap is less full than this, from 0 to 1, nobody must care' } },
    // The least of an hour is what garbage collection could not free.
    measure: (query) => `max by (${['job', 'service_name', 'deployment_environment_name'].join(', ')}) (
  min_over_time(${query.of(RUNTIME.heapUtilization)}[${query.span(HOUR_SECONDS)}])
  /
  min_over_time(${query.of(RUNTIME.heapUtilization)}[${query.span(HOUR_SECONDS)}] offset ${query.span(5 * HOUR_SECONDS)})
)`,
    guard: (query) =>
      `${query.max([], `min_over_time(${query.of(RUNTIME.heapUtilization)}[${query.span(HOUR_SECONDS)}])`)} > ${query.setting('minUtilization')}`,
    summary: '{service} keeps {value} the memory of five hours ago',
    description:
      'What garbage collection cannot free in an instance of {service} has become {value} that of five hours ago; reported from {threshold} on. A cache without a limit, or listeners and timers that are never removed.',
    dashboard: 'runtime',
    runbook: {
      means:
        'What remains after garbage collection grows for hours. Mostly a cache or Map without a limit, listeners that are added with each request, timers, or closures that hold a request.',
      look: [
        [
          'Does the least of each hour grow, in a straight line?',
          (query) => byInstance(query, `min_over_time(${query.of(RUNTIME.heapUtilization)}[${query.span(HOUR_SECONDS)}])`),
        ],
        ['Do timers and sockets grow with it?', (query) => query.max(['v8js_resource_type'], query.of(RUNTIME.activeResources))],
        ['When it began: with the process, or later?', (query) => byInstance(query, query.of(RUNTIME.uptime))],
      ],
      mitigate: [
        'Take two heap snapshots, some minutes apart, and compare them: what has grown most is it. The process stands still while it is taken.',
        'Restart the instances one after another until it is mended.',
        'Compare with the time of the last release.',
      ],
    },
  },
  {
    name: 'GcPauseHigh',
    needs: NEEDS,
    scope: 'service',
    unit: 'ratio',
    thresholds: { warning: 0.1 },
    for: 600,
    keepFiringFor: 300,
    labels: [],
    measure: (query) => query.max([], query.sum(['instance'], query.rate(query.total(RUNTIME.gcDuration)))),
    summary: '{service} spends {value} of its time collecting garbage',
    description:
      'The worst instance of {service} spends {value} of the time in garbage collection; the limit is {threshold}. Requests wait meanwhile.',
    dashboard: 'runtime',
    runbook: {
      means:
        'Garbage collection takes a part of the time in which the process should work. `major`: the heap is nearly full. `minor`: very much is made and thrown away.',
      look: [
        ['Which kind', (query) => query.sum(['instance', GC_KIND], query.rate(query.total(RUNTIME.gcDuration)))],
        ['Whether the heap is nearly full', (query) => byInstance(query, query.of(RUNTIME.heapUtilization))],
        byRoute,
      ],
      mitigate: [
        '`major`: more heap, or find the leak.',
        '`minor`: a larger `--max-semi-space-size` (64 MB), and fewer copies of large objects.',
      ],
    },
  },
  {
    name: 'FileDescriptorsHigh',
    needs: `${NEEDS}; not on Windows`,
    scope: 'service',
    unit: 'number',
    thresholds: { warning: 10_000 },
    for: 600,
    keepFiringFor: 600,
    labels: [],
    measure: (query) => query.max([], query.of(RUNTIME.fileDescriptors)),
    summary: '{service} has {value} descriptors open',
    description:
      'The worst instance of {service} has {value} files and sockets open; the limit is {threshold}. At the limit of the system every connection fails with EMFILE.',
    dashboard: 'runtime',
    runbook: {
      means:
        'Files or sockets are opened and not closed, or there are really so many connections. At `ulimit -n` every further one fails with `EMFILE`, and the service answers nothing.',
      look: [
        ['Does it grow without end?', (query) => byInstance(query, query.of(RUNTIME.fileDescriptors))],
        ['What they are', (query) => query.max(['v8js_resource_type'], query.of(RUNTIME.activeResources))],
        byRoute,
      ],
      mitigate: [
        '`ls -l /proc/PID/fd` tells what is open, `cat /proc/PID/limits` how many may be.',
        'Sockets to one address: bodies of responses that are not read, or an agent for each request.',
        'Really so many: raise `ulimit -n`, and the threshold here.',
      ],
    },
  },
  {
    name: 'FrequentRestarts',
    needs: NEEDS,
    scope: 'service',
    unit: 'number',
    thresholds: { warning: 3 },
    for: 0,
    keepFiringFor: 900,
    labels: [],
    measure: startsPerInstance,
    summary: '{service} restarts again and again: {value} starts for each instance',
    description:
      '{service} was started {value} times in the last 30 minutes for each instance that runs; the limit is {threshold}. A rollout starts each once. Mostly a crash, memory, or a probe that fails.',
    dashboard: 'runtime',
    traces: 'failed',
    runbook: {
      means:
        'Processes end and are started again. A crash (uncaught error), the memory of the container (exit code 137), or a liveness probe that fails.',
      look: [
        ['Which instances, and how old they become', (query) => byInstance(query, query.of(RUNTIME.uptime))],
        ['Memory before the end', (query) => byInstance(query, query.of(RUNTIME.memoryUsage))],
        ['Whether the event loop was blocked, so that probes failed', (query) => byInstance(query, query.of(RUNTIME.delayP99))],
      ],
      mitigate: [
        'The last log record of a crash has the error and its trace: look for level `fatal`.',
        'Exit code 137: more memory, or find what takes it.',
        'It began with a release: roll back.',
      ],
    },
  },
];

/** A scraped instance keeps its name through a restart, and its uptime falls; a pushing one has another name each time. */
function startsPerInstance(query: Query): string {
  const seconds = query.spanSeconds(1800);
  const uptime = `${query.of(RUNTIME.uptime)}[${query.span(1800)}]`;
  const starts = `resets(${uptime}) + (min_over_time(${uptime}) < bool ${seconds}) * (resets(${uptime}) == bool 0)`;
  return `${query.sum([], starts)}\n/\n${query.many([], `last_over_time(${query.of(RUNTIME.uptime)}[${query.span(0)}])`)}`;
}
