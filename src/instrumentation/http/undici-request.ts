/** What undici says of a request: an object of its own that only subscribers of its channels see. Alike since undici 5.12. */
import { AsyncResource } from 'node:async_hooks';
import type { Attributes, Context } from '@opentelemetry/api';
import { SERVER_ADDRESS, SERVER_PORT, URL_FULL, USER_AGENT_ORIGINAL } from '../../names/attributes.ts';
import { attempt } from '../../runtime/contain.ts';
import { api } from '../../runtime/otel.ts';
import { ownAttributes } from '../../values/attributes.ts';
import { isReplaced, methodAttributes } from './http-semantics.ts';

export interface UndiciRequest {
  readonly origin: unknown;
  readonly method: string;
  /** A whole URL for a proxy that is not asked for a tunnel. */
  readonly path: string;
  /** Names and values by turns; of undici 5 the lines as they are sent. */
  headers: unknown;
  readonly body?: unknown;
  readonly upgrade?: unknown;
  /** Called when the connection is the caller's, of undici 5 to 7. */
  onUpgrade?: (...args: unknown[]) => unknown;
  /** The same, of undici 8. */
  onRequestUpgrade?: (...args: unknown[]) => unknown;
}

export interface Target {
  readonly url: string;
  readonly address: string;
  readonly port: number | undefined;
}

interface Origin {
  readonly text: string;
  readonly address: string;
  readonly port: number | undefined;
}

/** A program asks few servers. */
const MOST_ORIGINS = 100;
const origins = new Map<string, Origin>();
const WHOLE_URL = /^https?:\/\//i;

/** `undefined` where the origin is none. */
export function targetOf({ origin, path }: UndiciRequest): Target | undefined {
  if (WHOLE_URL.test(path)) {
    const target = attempt(() => readOrigin(path));
    return target === undefined ? undefined : { url: path, address: target.address, port: target.port };
  }
  const known = originOf(typeof origin === 'string' ? origin : String(origin));
  return known === undefined ? undefined : { url: known.text + path, address: known.address, port: known.port };
}

function originOf(text: string): Origin | undefined {
  const known = origins.get(text);
  if (known !== undefined) return known;
  const read = attempt(() => readOrigin(text));
  if (read === undefined) return undefined;
  if (origins.size === MOST_ORIGINS) origins.clear();
  origins.set(text, read);
  return read;
}

function readOrigin(text: string): Origin {
  const { hostname, origin, port, protocol } = new URL(text);
  const address = hostname.startsWith('[') ? hostname.slice(1, -1) : hostname;
  const usual = protocol === 'https:' ? 443 : protocol === 'http:' ? 80 : undefined;
  return { text: origin, address, port: port === '' ? usual : Number(port) };
}

/** @param method - one of the specifications', or `_OTHER`. */
export function requestAttributes(request: UndiciRequest, method: string, { url, address, port }: Target): Attributes {
  const attributes: Attributes = { ...methodAttributes(request.method, method), [URL_FULL]: url, [SERVER_ADDRESS]: address };
  if (port !== undefined) attributes[SERVER_PORT] = port;
  const userAgent = headerValues(request.headers, 'user-agent').at(-1);
  if (userAgent !== undefined) attributes[USER_AGENT_ORIGINAL] = userAgent;
  // What is sent was checked by undici: no character of it is beyond Latin-1.
  const longest = Math.max(url.length, address.length, request.method.length, userAgent?.length ?? 0);
  return ownAttributes(attributes, Object.keys(attributes).length, longest);
}

const LINE_END = '\r\n';

/** Of a request or a response, whose values may be bytes. @param name - in lower case. */
export function headerValues(headers: unknown, name: string): string[] {
  if (typeof headers === 'string') {
    const lines = headers.split(LINE_END).filter((line) => nameOf(line) === name);
    return lines.map((line) => line.slice(name.length + 1).trim());
  }
  if (Array.isArray(headers)) return valuesAmong(headers, name);
  const value = (headers as Record<string, unknown> | null | undefined)?.[name];
  return value === undefined ? [] : [value].flat().map(String);
}

function valuesAmong(headers: readonly unknown[], name: string): string[] {
  const values: string[] = [];
  for (let index = 0; index + 1 < headers.length; index += 2) {
    const key = headers[index] as string | Buffer;
    // Bytes and characters are as many: names are ASCII.
    if (key.length !== name.length || key.toString().toLowerCase() !== name) continue;
    const value = headers[index + 1];
    if (Array.isArray(value)) values.push(...value.map(String));
    else values.push(String(value));
  }
  return values;
}

function nameOf(line: string): string {
  return line.slice(0, Math.max(0, line.indexOf(':'))).toLowerCase();
}

/** A propagator of the application's may write anything, and undici looks at headers no more. */
const SENDABLE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** Add `headers` to those of `request`, in place of those of the same names: a proxy passes on what it was sent. */
export function replaceHeaders(request: UndiciRequest, headers: Readonly<Record<string, string>>): void {
  const { headers: given } = request;
  const added = new Map(Object.entries(headers).filter(([, value]) => SENDABLE.test(value)));
  if (added.size === 0) return;
  if (typeof given === 'string') {
    const kept = given.split(LINE_END).filter((line) => !isReplaced(nameOf(line), added));
    kept.splice(-1, 0, ...[...added].map(([name, value]) => `${name}: ${value}`));
    request.headers = kept.join(LINE_END);
  } else if (Array.isArray(given)) {
    request.headers = withHeaders(given as unknown[], added);
  }
}

function withHeaders(given: unknown[], added: ReadonlyMap<string, string>): unknown[] {
  const isKept = (index: number): boolean => {
    const name = given[index];
    return typeof name !== 'string' || !isReplaced(name, added);
  };
  const result: unknown[] = [];
  for (let index = 0; index < given.length; index += 2) if (isKept(index)) result.push(given[index], given[index + 1]);
  for (const [name, value] of added) result.push(name, value);
  return result;
}

let handlerKey: symbol | undefined;

/** Who hears of the response: of undici itself, of an interceptor, or of the application. */
export function handlerOf(request: UndiciRequest): object | undefined {
  if (handlerKey === undefined || !(handlerKey in request))
    handlerKey = Object.getOwnPropertySymbols(request).find(({ description }) => description === 'handler');
  const handler = handlerKey === undefined ? undefined : (request as unknown as Record<symbol, unknown>)[handlerKey];
  return typeof handler === 'object' && handler !== null ? handler : undefined;
}

/** Whether an interceptor may send the request once more: neither the functions of undici nor `fetch` do so by their handlers. */
export function mayResend(handler: object | undefined): boolean {
  return handler !== undefined && !(handler instanceof AsyncResource) && Object.getPrototypeOf(handler) !== Object.prototype;
}

const waiting = new WeakMap<object, Context>();

interface Queue {
  push(item: unknown): unknown;
}

/** Requests that wait for a connection of a pool are made in the context of whoever gave one back: note that of who asked. */
export function noteCallers(Queued: { readonly prototype: Queue }): unknown {
  const { push } = Queued.prototype;
  Queued.prototype.push = function (item) {
    const handler = attempt(() => (item as { readonly handler?: unknown } | null | undefined)?.handler);
    if (typeof handler === 'object' && handler !== null) waiting.set(handler, api.context.active());
    return push.call(this, item);
  };
  return Queued;
}

/** The context of who asked for the request that `handler` hears of. */
export function callerContext(handler: object | undefined): Context {
  if (handler === undefined) return api.context.active();
  const noted = waiting.get(handler);
  if (noted !== undefined) {
    waiting.delete(handler);
    return noted;
  }
  // In a bundle nothing is noted, but the functions of undici know it themselves.
  return handler instanceof AsyncResource ? handler.runInAsyncScope(api.context.active, api.context) : api.context.active();
}
