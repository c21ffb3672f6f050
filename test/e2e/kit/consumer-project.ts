/** A project of its own that has signalbox as built, and TypeScript programs and snippets of the documentation in it. */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { ROOT } from './run-program.ts';

export interface ConsumerProject {
  readonly folder: string;
  write(file: string, text: string): string;
  /** Compile `files` into the folder; rejects with what the compiler says. */
  compile(files: readonly string[], flags: readonly string[]): Promise<void>;
  [Symbol.dispose](): void;
}

/** @param packages - what it can import beside signalbox and the API. */
export function createConsumerProject(packages: readonly string[] = []): ConsumerProject {
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-consumer-'));
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'consumer', version: '1.0.0', type: 'module' }));
  for (const name of ['signalbox', '@opentelemetry/api', ...packages]) {
    const link = join(folder, 'node_modules', name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(name === 'signalbox' ? ROOT : join(ROOT, 'node_modules', name), link);
  }
  return {
    folder,
    write(file, text) {
      writeFileSync(join(folder, file), text);
      return join(folder, file);
    },
    async compile(files, flags) {
      await promisify(execFile)(join(ROOT, 'node_modules/.bin/tsc'), [...flags, ...files], { cwd: folder }).catch(
        (error: { stdout: string }) => {
          throw new Error(error.stdout);
        },
      );
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}

export interface Snippet {
  readonly language: string;
  readonly text: string;
  /** What a comment before it says: `<!-- spans: a; b -->` gives `{ spans: 'a; b' }`. */
  readonly notes: Readonly<Record<string, string>>;
}

export function snippetsOf(markdown: string): Snippet[] {
  return [...markdown.matchAll(/(?:<!-- (\w+): (.*?) -->\n)?```(\w+)\n([^]*?)```/g)].map(
    ([, note, said = '', language = '', text = '']) => ({
      language,
      text,
      notes: note === undefined ? {} : { [note]: said },
    }),
  );
}
