/** The forms in which people call a logger, winston's, pino's and console's, as message, error and fields. */
import { types } from 'node:util';
import { attempt } from '../../runtime/contain.ts';
import { read } from '../../values/read-properties.ts';
import { formatMessage } from './format-message.ts';
import { inspectPlain } from './inspect-plain.ts';
import { isError } from './logged-error.ts';

/** What was said, as it was given. */
export interface LogCall {
  message: string;
  error: object | undefined;
  /** Objects whose properties are fields, the weakest first. */
  readonly given: object[];
  /** What is neither text nor fields. */
  readonly others: unknown[];
  /** The `message` of the first object was taken for the message. */
  tookMessage: boolean;
}

const { isArray } = Array;
const { getPrototypeOf } = Object;

/** @param maxLength - of the text of each argument that is put into the message. */
export function readCall(args: readonly unknown[], maxLength: number): LogCall {
  const call: LogCall = { message: '', error: undefined, given: [], others: [], tookMessage: false };
  const [first] = args;
  if (typeof first === 'string') {
    readTemplate(call, first, args, 1, maxLength);
    return call;
  }
  if (args.length > 0) readFirst(call, first, maxLength);
  // pino's form: the object or the error first, then the text.
  const [, second] = args;
  if (typeof second === 'string' && typeof first === 'object' && first !== null) readTemplate(call, second, args, 2, maxLength);
  else readRest(call, args, 1, maxLength);
  return call;
}

function readFirst(call: LogCall, first: unknown, maxLength: number): void {
  if (isError(first)) {
    call.error = first;
    const message = read(first, 'message');
    call.message = typeof message === 'string' && message !== '' ? message : inspectPlain(first, maxLength);
  } else if (isFields(first)) {
    call.given.push(first);
    const message = read(first, 'message');
    if (message === undefined) return;
    call.tookMessage = true;
    if (isError(message)) readFirst(call, message, maxLength);
    else call.message = inspectPlain(message, maxLength);
  } else call.message = inspectPlain(first, maxLength);
}

function readTemplate(call: LogCall, template: string, args: readonly unknown[], from: number, maxLength: number): void {
  call.message = template;
  if (args.length === from) return;
  let next = from;
  if (template.includes('%')) {
    const rest = args.slice(from);
    const { text, used } = formatMessage(template, rest, maxLength);
    call.message = text;
    next += used;
    if (used > 0) call.error ??= rest.slice(0, used).find(isError);
  }
  readRest(call, args, next, maxLength);
}

function readRest(call: LogCall, args: readonly unknown[], from: number, maxLength: number): void {
  for (let i = from; i < args.length; i++) {
    const value = args[i];
    if (isLiteral(value)) call.given.push(value);
    else if (isError(value)) {
      if (call.error === undefined) call.error = value;
      else if (call.error !== value) call.others.push(value);
    } else if (isFields(value)) call.given.push(value);
    else if (typeof value === 'object' && value !== null) call.others.push(value);
    // winston's loggers used to take a callback.
    else if (value !== undefined && typeof value !== 'function') call.message += ` ${inspectPlain(value, maxLength)}`;
  }
}

/** `{ … }`, as most are. */
function isLiteral(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !types.isProxy(value) && getPrototypeOf(value) === Object.prototype;
}

/** An object that has its content in properties. */
function isFields(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  return attempt(
    () => !isArray(value) && !ArrayBuffer.isView(value) && !(value instanceof Map) && !(value instanceof Set) && !(value instanceof Date),
    true,
  );
}
