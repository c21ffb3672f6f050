import type { TraceState } from '@opentelemetry/api';

const MAX_MEMBERS = 32;
/** What W3C asks everybody to pass on at least; more than this is dropped by whole members. */
const MAX_LENGTH = 512;
/** Members longer than this are the first to go. */
const LONG_MEMBER_LENGTH = 128;
/** 32 members of 513 characters, their commas, and as much white space again. Anything longer is not a tracestate. */
const MAX_HEADER_LENGTH = 32 * 1024;

/** Level 2: an `@` has no meaning of its own, and may stand anywhere but at the beginning. */
const KEY = /^[a-z0-9][a-z0-9_*/@-]{0,255}$/;
const VALUE = /^[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e]$/;

/** An immutable `tracestate` of `key=value` members, the newest first. It never holds more than may be sent. */
class W3CTraceState implements TraceState {
  readonly #members: readonly string[];

  constructor(members: string[]) {
    this.#members = fit(members);
  }

  set(key: string, value: string): TraceState {
    if (!matches(KEY, key) || !matches(VALUE, value)) return this;
    return new W3CTraceState([`${key}=${value}`, ...this.#others(key)].slice(0, MAX_MEMBERS));
  }

  unset(key: string): TraceState {
    return new W3CTraceState(this.#others(key));
  }

  get(key: string): string | undefined {
    const start = `${key}=`;
    return this.#members.find((member) => member.startsWith(start))?.slice(start.length);
  }

  serialize(): string {
    return this.#members.join(',');
  }

  #others(key: string): string[] {
    return this.#members.filter((member) => !member.startsWith(`${key}=`));
  }
}

/**
 * Read a `tracestate` header; several headers come joined by commas, in their order.
 *
 * Empty members are allowed. Of members with one key the first is kept: whoever changes a member moves it to the front, so the
 * first is the newest. Anything else that the grammar forbids (a bad key or value, more than 32 members) makes the whole header
 * worth nothing.
 *
 * @returns undefined when there is nothing to pass on.
 * @see https://www.w3.org/TR/trace-context-2/#tracestate-header
 */
export function parseTraceState(header: string): TraceState | undefined {
  if (header.length > MAX_HEADER_LENGTH) return undefined;
  const members: string[] = [];
  const keys = new Set<string>();
  let count = 0;
  for (const part of header.split(',')) {
    const member = trimOws(part);
    if (member === '') continue;
    const equals = member.indexOf('=');
    const key = member.slice(0, Math.max(equals, 0));
    if (!KEY.test(key) || !VALUE.test(member.slice(equals + 1)) || ++count > MAX_MEMBERS) return undefined;
    if (keys.has(key)) continue;
    keys.add(key);
    members.push(member);
  }
  return members.length === 0 ? undefined : new W3CTraceState(members);
}

/** Without the spaces and tabs at both ends; no other white space is optional in a header. */
export function trimOws(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isOws(text.charCodeAt(start))) start++;
  while (end > start && isOws(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

function isOws(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

function matches(pattern: RegExp, text: unknown): boolean {
  return typeof text === 'string' && pattern.test(text);
}

/** Drop members from the end until the rest fits, long ones before short ones. */
function fit(members: string[]): string[] {
  let length = members.reduce((sum, member) => sum + member.length + 1, -1);
  for (const longest of [LONG_MEMBER_LENGTH, 0]) {
    for (let i = members.length - 1; i >= 0 && length > MAX_LENGTH; i--) {
      const member = members[i] as string;
      if (member.length <= longest) continue;
      length -= member.length + 1;
      members.splice(i, 1);
    }
  }
  return members;
}
