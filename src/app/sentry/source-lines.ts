/** The lines of source around the frames of the application: read at once, for the process may end. */
import { readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { attempt } from '../../runtime/contain.ts';

interface Frame {
  filename?: string;
  lineno?: number;
  in_app?: boolean;
  pre_context?: string[];
  context_line?: string;
  post_context?: string[];
}

interface Stacktrace {
  frames?: readonly Frame[] | undefined;
}

export interface EventWithFrames {
  readonly exception?: { readonly values?: readonly { readonly stacktrace?: Stacktrace }[] };
}

const AROUND = 5;
const MAX_LINE_LENGTH = 200;
const MAX_FILE_BYTES = 1024 * 1024;
const MOST_FILES = 50;

const files = new Map<string, readonly string[]>();

export function framesOf(event: EventWithFrames): readonly Stacktrace[] {
  return attempt(() => event.exception?.values?.flatMap(({ stacktrace }) => stacktrace ?? []), []) ?? [];
}

/** Changes `event`: gives its frames their lines, or takes away those that an integration gave them. */
export function addSourceLines(event: EventWithFrames, isWanted: boolean): EventWithFrames {
  for (const frame of framesOf(event).flatMap(({ frames = [] }) => frames)) {
    if (isWanted) addLines(frame);
    else for (const name of ['pre_context', 'context_line', 'post_context'] as const) delete frame[name];
  }
  return event;
}

function addLines(frame: Frame): void {
  const { filename, lineno, in_app: isOfApplication } = frame;
  if (isOfApplication !== true || filename === undefined || lineno === undefined || frame.context_line !== undefined) return;
  const lines = linesOf(filename);
  const at = lineno - 1;
  const line = lines[at];
  if (line === undefined) return;
  frame.pre_context = lines.slice(Math.max(0, at - AROUND), at).map(cut);
  frame.context_line = cut(line);
  frame.post_context = lines.slice(at + 1, at + 1 + AROUND).map(cut);
}

function cut(line: string): string {
  return line.slice(0, MAX_LINE_LENGTH);
}

function linesOf(filename: string): readonly string[] {
  let lines = files.get(filename);
  if (lines !== undefined) return lines;
  lines = attempt(() => {
    const path = filename.startsWith('file:') ? fileURLToPath(filename) : filename;
    return statSync(path).size > MAX_FILE_BYTES ? [] : readFileSync(path, 'utf8').split('\n');
  }, []);
  if (files.size >= MOST_FILES) files.clear();
  files.set(filename, lines);
  return lines;
}
