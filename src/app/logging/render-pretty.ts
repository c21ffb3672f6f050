/** A record for a person at a terminal: the first line says it, indented ones below have the error. */
import type { PlainValue } from '../../values/plain-value.ts';
import { jsonOf } from './json-text.ts';
import type { LoggedError, LogRecord } from './record.ts';

const INDENT = '    ';
const COLORS = { dim: 2, bold: 1, red: 31, yellow: 33, green: 32, blue: 34, magenta: 35, cyan: 36, gray: 90 } as const;
type Color = keyof typeof COLORS;
const LEVEL_COLORS: readonly Color[] = ['red', 'yellow', 'green', 'cyan', 'blue', 'magenta', 'gray'];
const LEVEL_NAMES = ['ERROR', 'WARN ', 'INFO ', 'HTTP ', 'VERB ', 'DEBUG', 'SILLY'];
/** What may stand in `key=value` without quotes. */
const BARE = /^[^\s"'={}[\]\\\u0000-\u001f\u007f-\u009f\u2028\u2029]+$/;
/** Moves the cursor, or changes how the terminal looks. */
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;
/** Of Node.js itself: nobody reads on there. */
const NODE_FRAME = /\(node:internal\/|^\s+at node:internal\//;
const LINE_ENDS = /\r\n|[\n\r\u0085\u2028\u2029]/;

export type Paint = (color: Color, text: string) => string;

export const PLAIN_TEXT: Paint = (_color, text) => text;
export const COLORED: Paint = (color, text) => (text === '' ? '' : `\u001b[${COLORS[color]}m${text}\u001b[0m`);

export function renderPretty(record: LogRecord, paint: Paint): string {
  const { error, fields, level: _level, logger, message, rank, span, timeMs, isCut } = record;
  const [first = '', ...more] = linesOf(message);
  const parts = [
    paint('gray', clockTime(timeMs)),
    paint(LEVEL_COLORS[rank] ?? 'green', LEVEL_NAMES[rank] ?? 'INFO '),
    paint('cyan', oneLine(logger)),
    ...(first === '' ? [] : [rank <= 1 ? paint('bold', first) : first]),
    ...Object.entries(fields).map(([name, value]) => `${paint('gray', `${oneLine(name)}=`)}${showValue(value)}`),
    ...(span === undefined ? [] : [paint('gray', `trace=${span.traceId.slice(0, 8)}`)]),
    ...(isCut ? [paint('gray', '(cut)')] : []),
  ];
  const below = [...more, ...(error === undefined ? [] : errorLines(error, message, paint))];
  return `${parts.join(' ')}\n${below.map((line) => `${INDENT}${line}\n`).join('')}`;
}

function clockTime(ms: number): string {
  const time = new Date(ms);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}.${String(time.getMilliseconds()).padStart(3, '0')}`;
}

function showValue(value: PlainValue): string {
  return typeof value === 'string' && BARE.test(value) ? value : jsonOf(value);
}

function linesOf(text: string): string[] {
  return text.split(LINE_ENDS).map(visible);
}

function visible(text: string): string {
  return text.replace(CONTROL, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function oneLine(text: string): string {
  return linesOf(text).join('\\n');
}

/** The head of a stack is left out where the line above says the same. */
function errorLines(error: LoggedError, said: string, paint: Paint): string[] {
  const head = linesOf(error.message === '' ? error.type : `${error.type}: ${error.message}`);
  const frames = (error.stack === undefined ? [] : linesOf(error.stack)).filter((line) => /^\s+at /.test(line) && !NODE_FRAME.test(line));
  const own = Object.entries({ ...(error.code === undefined ? {} : { code: error.code }), ...error.fields });
  const facts = own.map(([name, value]) => `${paint('gray', `${oneLine(name)}=`)}${showValue(value)}`).join(' ');
  return [
    ...(said === error.message && error.type === 'Error' && facts === '' ? [] : head.map((line) => paint('red', line))),
    ...(facts === '' ? [] : [`  ${facts}`]),
    ...frames.map((line) => paint(isOwnCode(line) ? 'dim' : 'gray', `  ${line.trim()}`)),
    ...error.errors.flatMap((each) => indented('• ', errorLines(each, '', paint))),
    ...(error.cause === undefined ? [] : indented('caused by ', errorLines(error.cause, '', paint))),
  ];
}

function indented(title: string, [first = '', ...rest]: readonly string[]): string[] {
  return [title + first, ...rest];
}

function isOwnCode(frame: string): boolean {
  return !/node:|node_modules/.test(frame);
}
