/** What is not the same when a program runs under signalbox. */
import type { ServerProgram } from './server-program.ts';
import type { Answer, ServerRun } from './run-server.ts';

/** One line for each difference. */
export function compareRuns(program: ServerProgram, bare: ServerRun, watched: ServerRun): string[] {
  const found: string[] = [];
  const differ = (what: string, ours: unknown, theirs: unknown): void => {
    if (ours !== theirs) found.push(`${what} must be ${JSON.stringify(theirs)}, was ${JSON.stringify(ours)}`);
  };
  for (const [index, exchange] of program.exchanges.entries()) {
    const what = `${index + 1}. ${exchange.method ?? 'GET'} ${exchange.path}`;
    const [theirs, ours] = [bare.answers[index], watched.answers[index]] as [Answer, Answer];
    differ(`${what}: status of the bare run`, theirs.status, exchange.status);
    differ(`${what}: status`, ours.status, theirs.status);
    differ(`${what}: headers`, headersOf(ours, program), headersOf(theirs, program));
    const body = ({ body }: Answer): string => replaceAll(body.toString('latin1'), exchange.varies === undefined ? [] : [exchange.varies]);
    if (body(ours) !== body(theirs)) found.push(`${what}: body must be the same, ${firstDifference(body(theirs), body(ours))}`);
  }
  for (const stream of ['stdout', 'stderr'] as const) {
    const [theirs, ours] = [linesOf(bare, stream, program), linesOf(watched, stream, program)];
    if (theirs !== ours) found.push(`${stream} must be the same, ${firstDifference(theirs, ours)}`);
  }
  differ('exit code', watched.code, bare.code);
  differ('signal that ended it', watched.signal, bare.signal);
  return found;
}

function headersOf({ headers }: Answer, { varyingHeaders = [] }: ServerProgram): string {
  const varying = new Set(['date', ...varyingHeaders]);
  const lines: string[] = [];
  for (let at = 0; at < headers.length; at += 2) {
    const [name = '', value = ''] = headers.slice(at, at + 2);
    lines.push(varying.has(name.toLowerCase()) ? name : `${name}: ${value}`);
  }
  return lines.join('\n');
}

/** Whatever a log line tells of the moment, not of what happened; and the way to an error, which may lead through signalbox. */
const MOMENTS = [
  /(?:(?:\\n|\n) {4}at (?:[^"\n\\]|\\(?!n))+)+/,
  /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/,
  /\b1[5-9]\d{11}\b/,
  /\b\d+(?:\.\d+)? ?(?:ms|s)\b/,
  /"(?:responseTime|remotePort)":[\d.]+/,
];
/** Added to the lines of a logger, so that they can be found from a trace. */
const CORRELATION = /,"(?:trace_id|span_id|trace_flags)":"[0-9a-f]+"/g;

function linesOf(run: ServerRun, stream: 'stdout' | 'stderr', { varies = [], unordered }: ServerProgram): string {
  const text = run[stream].replace(CORRELATION, '').replaceAll(`${run.port}`, '<port>').replaceAll(`${run.pid}`, '<pid>');
  const lines = replaceAll(text, [...varies, ...MOMENTS]).split('\n');
  return (unordered ? lines.sort() : lines).join('\n');
}

function replaceAll(text: string, patterns: readonly RegExp[]): string {
  return patterns.reduce(
    (rest, pattern) => rest.replace(new RegExp(pattern, pattern.flags.includes('g') ? pattern.flags : `${pattern.flags}g`), '<varies>'),
    text,
  );
}

const SHOWN = 200;

function firstDifference(theirs: string, ours: string): string {
  let at = 0;
  while (at < theirs.length && theirs[at] === ours[at]) at++;
  const from = Math.max(0, at - 40);
  return `at ${at} of ${theirs.length} it must be ${JSON.stringify(theirs.slice(from, at + SHOWN))}, was ${JSON.stringify(ours.slice(from, at + SHOWN))} (${ours.length} long)`;
}
