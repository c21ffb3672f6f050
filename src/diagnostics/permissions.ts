/** What `--permission` takes away from telemetry. */

/** A whole message with its cure when this process may not connect to anything; `undefined` otherwise. */
export function connectionsForbidden(): string | undefined {
  return isNetForbidden()
    ? 'Telemetry must be allowed to connect, but Node.js runs with --permission and without --allow-net. Nothing can be exported; the application is not affected. Add --allow-net.'
    : undefined;
}

export function isNetForbidden(): boolean {
  const { permission } = process as { permission?: { has(scope: string): boolean } };
  // Before Node.js 25 the permission model has nothing to say about connections.
  return permission !== undefined && !permission.has('net') && process.allowedNodeEnvironmentFlags.has('--allow-net');
}
