/** The files of `LOG_DIR`: everything, errors alone, and access records. */
import type { FilesConfig } from '../../config/logging-config.ts';
import { clearTimeout, setTimeout } from '../../runtime/captured.ts';
import { contained } from '../../runtime/contain.ts';
import { RANK_ERROR } from '../../names/log-levels.ts';
import type { FileKind } from './file-names.ts';
import type { LineQueue, LineTarget } from './line-queue.ts';
import { LogFileTarget } from './log-file.ts';
import type { LogRecord } from './record.ts';

export interface LogFiles {
  write(record: LogRecord, line: string): void;
  /** Somebody moved the files away: begin them anew. */
  reopen(): void;
}

const TIDY_AFTER_MS = 1000;
const TIDY_AGAIN_MS = 30_000;
const nowMs = Date.now;

export function openLogFiles(config: FilesConfig, openQueue: (target: LineTarget) => LineQueue): LogFiles {
  const tidySoon = createTidier(config);
  const targets: LogFileTarget[] = [];
  const openKind = (kind: FileKind): LineQueue => {
    const target = new LogFileTarget({ folder: config.folder, kind, maxBytes: config.maxBytes, onOpened: tidySoon });
    targets.push(target);
    return openQueue(target);
  };
  const app = openKind('app');
  const error = openKind('error');
  const access = openKind('access');
  const files: LogFiles = {
    write(record, line) {
      if (record.isAccess) return access.add(line);
      app.add(line);
      if (record.rank === RANK_ERROR) error.add(line);
    },
    reopen() {
      for (const target of targets) target.reopen();
    },
  };
  reopenOnHangUp(files);
  return files;
}

/** A while after a file was begun, and not while the process ends. */
function createTidier(config: FilesConfig): () => void {
  let timer: NodeJS.Timeout | undefined;
  const planIn = (ms: number): void => {
    clearTimeout(timer);
    timer = setTimeout(() => void tidy(), ms).unref();
  };
  const tidy = async (): Promise<void> => {
    try {
      // By `import`, so that a bundler sees it.
      const { tidyFiles } = await import('./tidy-files.ts');
      if (await tidyFiles(config, nowMs())) planIn(TIDY_AGAIN_MS);
    } catch (error) {
      // A full disk, or a folder that may not be changed: tried again with the next file.
      contained('tidying log files', error);
    }
  };
  return () => planIn(TIDY_AFTER_MS);
}

/** Programs that move log files away say so by SIGHUP. Where the application does not listen to it, it ends the process as ever. */
function reopenOnHangUp(files: LogFiles): void {
  const onHangUp = (): void => {
    files.reopen();
    if (process.listenerCount('SIGHUP') > 1) return;
    process.removeListener('SIGHUP', onHangUp);
    process.kill(process.pid, 'SIGHUP');
  };
  process.on('SIGHUP', onHangUp);
}
