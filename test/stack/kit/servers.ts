/** A server that scripts/build-servers.mjs knows. */
export interface LocatedServer {
  readonly release: string;
  readonly built: boolean;
  /** Name of a program → its path. */
  readonly binaries: Readonly<Record<string, string>>;
}

const BUILDER = new URL('../../../scripts/build-servers.mjs', import.meta.url).href;

const builder: { locateServers(): Readonly<Record<string, LocatedServer>> } = await import(BUILDER);

/** Where the servers are; read anew each time, for they may be built meanwhile. */
export const locateServers = builder.locateServers;

/** Path of one program of a server. */
export function binaryOf(server: string, program: string): string {
  const path = locateServers()[server]?.binaries[program];
  if (path === undefined) throw new Error(`scripts/build-servers.mjs knows no program "${program}" of "${server}".`);
  return path;
}

/** Names of those that are not built; all must be among the ones that scripts/build-servers.mjs knows. */
export function missingServers(names: readonly string[] = ['collector', 'jaeger', 'prometheus']): string[] {
  const servers = locateServers();
  return names.filter((name) => !servers[name]?.built);
}

/**
 * For the `skip` option of a test: a reason that names what is not built, or `false` when everything is there.
 *
 * @throws {Error} instead, when `SIGNALBOX_TEST_SERVERS=required` says that nothing may be skipped.
 */
export function skipWithout(...names: string[]): string | false {
  const missing = missingServers(names);
  if (missing.length === 0) return false;
  const reason = `not built: ${missing.join(', ')}; build with: npm run servers -- ${missing.join(' ')}`;
  if (process.env['SIGNALBOX_TEST_SERVERS'] === 'required') throw new Error(`SIGNALBOX_TEST_SERVERS=required: ${reason}`);
  return reason;
}
