/** Whether this process is a worker of `node:cluster`, without loading that. */
export function isClusterWorker(): boolean {
  const { moduleLoadList } = process as unknown as { moduleLoadList?: readonly string[] };
  return moduleLoadList?.includes('NativeModule internal/cluster/child') ?? false;
}
