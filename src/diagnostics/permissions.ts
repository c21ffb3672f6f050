/** What `--permission` takes away from telemetry. */

/** A whole message with its cure when this process may not connect to anything; `undefined` otherwise. */
export function connectionsForbidden(): string | undefined {
  const { permission } = process as { permission?: { has(scope: string): boolean } };
  // Before Node.js 25 the permission model has nothing to say about connections.
  if (permission === undefined || permission.has('net') || !process.allowedNodeEnvironmentFlags.has('--allow-net')) return undefined;
  return 'Telemetry must be allowed to connect, but Node.js runs with --permission and without --allow-net. Nothing can be exported; the application is not affected. Add --allow-net.';
}
