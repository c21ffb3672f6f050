/**
 * Names of the entries whose instrumentation was made in this process: a library that stands on another one asks whether that one's
 * calls are recorded already.
 */
const names = new Set<string>();

export function noteLoaded(name: string): void {
  names.add(name);
}

export function isLoaded(name: string): boolean {
  return names.has(name);
}
