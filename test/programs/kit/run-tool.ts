/** What a program's `prepare` runs: its generator, its build. */
import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Place } from './server-program.ts';

const run = promisify(execFile);
const TOOL_TIMEOUT_MS = 180_000;

/**
 * Run a script of the installation with Node.js, in the program's folder.
 *
 * @throws with its output, when it fails.
 */
export async function runTool(
  { installation, folder }: Place,
  script: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  const { PATH = '' } = process.env;
  try {
    await run(process.execPath, [join(installation, 'node_modules', script), ...args], {
      cwd: folder,
      // Some of them ask npm for something, and npm asks its registry for news of itself.
      env: { PATH, HOME: folder, npm_config_offline: 'true', npm_config_update_notifier: 'false', ...env },
      timeout: TOOL_TIMEOUT_MS,
      maxBuffer: 2 ** 26,
    });
  } catch (error) {
    const { message, stdout, stderr } = error as Error & { stdout: string; stderr: string };
    throw new Error(`${message}\n${stdout}\n${stderr}`);
  }
}

interface PgClient {
  connect(): Promise<void>;
  query(text: string): Promise<unknown>;
  end(): Promise<void>;
}

/** Send statements to PostgreSQL. */
export async function runSql({ installation }: Place, url: string, text: string): Promise<void> {
  const { Client } = createRequire(join(installation, 'node_modules/graphile-worker/package.json'))('pg') as {
    Client: new (url: string) => PgClient;
  };
  const client = new Client(url);
  await client.connect();
  try {
    await client.query(text);
  } finally {
    await client.end();
  }
}
