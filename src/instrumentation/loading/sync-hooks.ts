/**
 * Whether ES modules can be wrapped in the main thread: from these releases on, a synchronous `load` hook may leave the source
 * of CommonJS to Node.js (nodejs/node#59929).
 */
export function supportsSyncHooks(version: string = process.versions.node): boolean {
  const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number);
  const since: Readonly<Record<number, readonly [number, number]>> = { 22: [22, 3], 23: [Infinity, 0], 24: [11, 1], 25: [1, 0] };
  const [sinceMinor, sincePatch] = since[major] ?? [0, 0];
  return minor > sinceMinor || (minor === sinceMinor && patch >= sincePatch);
}
