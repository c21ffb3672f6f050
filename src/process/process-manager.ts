/**
 * Tells a process that stays to look after others (PM2's daemon, forever, a cluster's primary) from an instance of the
 * application, by what it does: it has started processes, and serves nobody itself.
 *
 * Such a process gets the `NODE_OPTIONS` of the application. Its runtime metrics (event loop, heap) would be one more
 * instance. So that is exported only once it has recorded something of its own: a span, a log record, a value of a metric. A worker
 * that computes and records nothing is no manager as long as it starts no process.
 */
import { contain } from '../runtime/contain.ts';
import { getBuiltinModule } from '../runtime/captured.ts';

export interface Activity {
  /** `process.getActiveResourcesInfo()` */
  readonly resources: readonly string[];
  /** Whether workers of `node:cluster` run, for which the primary holds the port. */
  readonly hasClusterWorkers: boolean;
}

/** Whether a process is there for those that it has started, as far as can be seen at this moment. */
export function looksAfterOthers(activity: Activity): boolean {
  return activity.resources.includes('ProcessWrap') && !servesOthers(activity);
}

function servesOthers({ resources, hasClusterWorkers }: Activity): boolean {
  return resources.includes('TCPServerWrap') && !hasClusterWorkers;
}

let hasLookedAfterOthers = false;

/** Whether this process is a manager. One stays so between two children: what it does without them is to wait. */
export function isProcessManager(): boolean {
  return contain('looking for processes that this one started', look) ?? false;
}

function look(): boolean {
  const activity = { resources: process.getActiveResourcesInfo(), hasClusterWorkers: hasClusterWorkers() };
  hasLookedAfterOthers ||= looksAfterOthers(activity);
  return hasLookedAfterOthers && !servesOthers(activity);
}

export function hasClusterWorkers(): boolean {
  if (!hasLoaded('cluster')) return false;
  // The types have the module as it is imported.
  const { workers } = getBuiltinModule('node:cluster') as unknown as { workers?: object };
  return workers !== undefined && Object.keys(workers).length > 0;
}

/** The number of this process among the workers of a cluster; `undefined` when it is none. */
export function clusterWorkerId(): number | undefined {
  // Loaded in a worker before anything else; another process loads it with its first server.
  if (!hasLoaded('internal/cluster/child')) return undefined;
  return (getBuiltinModule('node:cluster') as unknown as { worker?: { id: number } }).worker?.id;
}

/** Whether the process has the means to start others: one that records nothing and ends was most likely there to start them. */
export function hasLoadedChildProcess(): boolean {
  return hasLoaded('child_process');
}

function hasLoaded(builtin: string): boolean {
  const { moduleLoadList } = process as unknown as { moduleLoadList?: readonly string[] };
  return moduleLoadList?.includes(`NativeModule ${builtin}`) ?? false;
}
