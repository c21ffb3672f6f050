/**
 * Where the processes of a cluster meet: a folder that only this user can open. It has the sockets by which they talk, and what each
 * had counted when it was last written down, which outlives a process that is killed.
 *
 * Sockets have a generation: to bind the next one is what wins an election, for of those who try one succeeds. None of a
 * higher generation is ever deleted by somebody else than its own process, so that there are no two winners for long.
 */
import { chmodSync, lstatSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { isNetForbidden } from '../../diagnostics/permissions.ts';
import { attempt } from '../../runtime/contain.ts';

const IS_WINDOWS = process.platform === 'win32';
/** What a socket's address holds: 104 bytes on macOS, 108 on Linux. */
const MOST_PATH_BYTES = 103;
/** Changes with what the processes say to each other: two versions of this package do not meet. */
const PROTOCOL = 2;

/** Those who share one port. */
export interface MeetingPlace {
  readonly folder: string;
  /** What the names of its files begin with. */
  readonly name: string;
}

/** What the workers of one application share, and nobody else. */
export interface GroupIdentity {
  readonly primaryPid: number;
  /** Service, host, port, program: whatever tells one application of a process manager from another. */
  readonly parts: readonly unknown[];
}

/** Of the primary itself, which serves for all its workers. */
export function primaryPlace(primaryPid: number): MeetingPlace {
  return { folder: folderPath(), name: `${primaryPid}-primary${PROTOCOL}` };
}

/** Of workers whose primary does not serve. */
export function groupPlace({ parts, primaryPid }: GroupIdentity): MeetingPlace {
  const hash = createHash('sha256')
    .update(JSON.stringify([PROTOCOL, ...parts]))
    .digest('hex');
  return { folder: folderPath(), name: `${primaryPid}-${hash.slice(0, 12)}` };
}

/** Make the folder, and remove what dead primaries have left in it. Throws where it cannot be used, with the reason. */
export function openFolder({ folder }: MeetingPlace): void {
  const { permission } = process as { permission?: { has(scope: string, reference: string): boolean } };
  if (isNetForbidden()) throw new Error('Node.js runs with --permission and without --allow-net');
  if (permission !== undefined && !(permission.has('fs.read', folder) && permission.has('fs.write', folder)))
    throw new Error(
      `Node.js runs with --permission and without access to ${folder} (--allow-fs-read=${folder}/ --allow-fs-write=${folder}/)`,
    );
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const { mode, uid } = lstatSync(folder);
  const own = process.geteuid?.();
  // Anybody may have made it in the temporary folder, to be told what is counted.
  if (own !== undefined && (uid !== own || (mode & 0o077) !== 0 || !lstatSync(folder).isDirectory()))
    throw new Error(`${folder} must be a folder of this user alone`);
  for (const file of readdirSync(folder)) {
    const pid = /^(\d+)-/.exec(file)?.[1];
    if (pid !== undefined && !isAlive(Number(pid))) attempt(() => rmSync(join(folder, file), { force: true }));
  }
}

export function socketPath({ folder, name }: MeetingPlace, generation: number): string {
  return IS_WINDOWS ? `\\\\.\\pipe\\signalbox-${userName()}-${name}` : join(folder, `${name}.${generation}.sock`);
}

/** The generation of the socket that was bound last; 0 when there is none. */
export function newestGeneration({ folder, name }: MeetingPlace): number {
  // A pipe of Windows ends with its process.
  if (IS_WINDOWS) return 0;
  const generations = filesOf({ folder, name }, /^\.(\d+)\.sock$/).map(({ match }) => Number(match));
  return Math.max(0, ...generations);
}

/** Have nobody else than this user connect, and forget the sockets from before. */
export function claimSocket(place: MeetingPlace, generation: number): void {
  if (IS_WINDOWS) return;
  attempt(() => chmodSync(socketPath(place, generation), 0o600));
  for (const { match, path } of filesOf(place, /^\.(\d+)\.sock$/))
    if (Number(match) < generation) attempt(() => rmSync(path, { force: true }));
}

/** Files of a place, with what the first group of `rest` found behind its name. */
export function filesOf({ folder, name }: MeetingPlace, rest: RegExp): { path: string; match: string }[] {
  const files = attempt(() => readdirSync(folder), []);
  return files
    .filter((file) => file.startsWith(name))
    .map((file) => ({ path: join(folder, file), match: rest.exec(file.slice(name.length))?.[1] }))
    .filter((file): file is { path: string; match: string } => file.match !== undefined);
}

/** Also of one that has ended and whose parent has not noticed yet. */
export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

function folderPath(): string {
  const folder = join(tmpdir(), `signalbox-${userName()}`);
  const longest = join(folder, `4194304-${'0'.repeat(12)}.999.sock`);
  return IS_WINDOWS || Buffer.byteLength(longest) <= MOST_PATH_BYTES ? folder : join('/tmp', `signalbox-${userName()}`);
}

function userName(): string | number {
  return process.geteuid?.() ?? attempt(() => userInfo().username.replace(/\W/g, '_'), 'user');
}
