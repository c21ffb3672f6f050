/** Compresses log files that nobody writes to any more, and removes old ones; of several processes on one folder, one does it. */
import { createReadStream, createWriteStream } from 'node:fs';
import { open, readdir, rename, stat, unlink, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { FilesConfig } from '../../config/logging-config.ts';
import { namesToCompress, namesToRemove, parseFileName, type LogFile } from './file-names.ts';

const LOCK = '.signalbox-tidy.lock';
/** The process that held the lock has died. */
const STALE_LOCK_MS = 10 * 60_000;
/** Another process may be about to write to a file that is full. */
const REST_MS = 10_000;

/** @returns whether there is more to compress, a while later. Rejects with what the system says. */
export async function tidyFiles(config: FilesConfig, nowMs: number, restMs = REST_MS): Promise<boolean> {
  const { folder } = config;
  if (!(await lock(folder, nowMs))) return true;
  try {
    const files = await listFiles(folder);
    const removed = new Set(namesToRemove(files, config, nowMs));
    for (const name of removed) await unlink(join(folder, name));
    const kept = files.filter(({ name }) => !removed.has(name));
    for (const name of namesToCompress(kept, nowMs, restMs)) await compress(join(folder, name));
    return namesToCompress(kept, nowMs + restMs, restMs).length > namesToCompress(kept, nowMs, restMs).length;
  } finally {
    await unlink(join(folder, LOCK));
  }
}

async function lock(folder: string, nowMs: number): Promise<boolean> {
  const path = join(folder, LOCK);
  try {
    await (await open(path, 'wx')).close();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    const held = await stat(path).catch(() => undefined);
    if (held !== undefined && nowMs - held.mtimeMs > STALE_LOCK_MS) await unlink(path);
    return false;
  }
}

async function listFiles(folder: string): Promise<LogFile[]> {
  const files: LogFile[] = [];
  for (const name of await readdir(folder)) {
    const parsed = parseFileName(name);
    const found = parsed === undefined ? undefined : await stat(join(folder, name)).catch(() => undefined);
    if (parsed !== undefined && found?.isFile() === true) files.push({ ...parsed, name, modifiedMs: found.mtimeMs });
  }
  return files;
}

/** Lines that are appended meanwhile are not lost: then the file stays as it is. */
async function compress(path: string): Promise<void> {
  const partial = `${path}.gz.part`;
  const before = await stat(path);
  try {
    await pipeline(createReadStream(path), createGzip(), createWriteStream(partial, { mode: before.mode & 0o777 }));
    await utimes(partial, before.atime, before.mtime);
    if ((await stat(path)).size !== before.size) throw new Error(`${path} is written to.`);
    await rename(partial, `${path}.gz`);
    await unlink(path);
  } catch (error) {
    await unlink(partial).catch(() => {});
    throw error;
  }
}
