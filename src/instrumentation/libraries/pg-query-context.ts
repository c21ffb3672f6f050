/** Queries of pg in the context of their caller: what they call and emit is called and heard there. */
import type { Context } from '@opentelemetry/api';
import { enter } from '../../context/context-manager.ts';
import { contain } from '../../runtime/contain.ts';
import { onLookup } from './on-lookup.ts';
import { replaceFunction } from './replace-function.ts';

/** What the client calls as the answer comes in. A stream has a cursor that does the work. */
export interface Query {
  readonly text?: unknown;
  readonly name?: unknown;
  readonly cursor?: { readonly text?: unknown };
  callback?: unknown;
}

export interface Operation {
  /** Called once. */
  end(error?: unknown): void;
}

interface Followed {
  readonly context: Context;
  operation: Operation | undefined;
  isOver: boolean;
}

const followed = new WeakMap<object, Followed>();

const READY = 'handleReadyForQuery';
const ERROR = 'handleError';
const ANSWERS = ['handleRowDescription', 'handleDataRow', 'handlePortalSuspended', 'handleCommandComplete', 'handleEmptyQuery', READY];

export function isFollowed(query: Query): boolean {
  return followed.get(query)?.isOver === false;
}

/** What `query` calls and emits is called and heard in `context`, and `operation` ends when it is ready or fails. */
export function followQuery(query: Query, context: Context, operation: Operation | undefined): void {
  followed.set(query, { context, operation, isOver: false });
  // To read the method would count as a call of it.
  if (!(READY in query)) return followNative(query);
  for (const name of ANSWERS) watch(query, name, (each) => resume(each, name === READY));
  const owner = ownerOf(query, ERROR);
  if (owner !== undefined)
    replaceFunction(
      owner,
      ERROR,
      (original) =>
        function (this: object, ...args: unknown[]): unknown {
          contain('ending a query of pg', () => resume(this, true, args[0]));
          return Reflect.apply(original, this, args);
        },
    );
}

/** On the class, once: an object of the caller's gets no field of ours. What is its own, such as a bound method of a stream, is replaced. */
function watch(query: object, name: string, before: (query: object) => void): void {
  const owner = ownerOf(query, name);
  if (owner === undefined) return;
  if (owner !== query) return onLookup(owner, name, before);
  replaceFunction(
    owner,
    name,
    (original) =>
      function (this: object, ...args: unknown[]): unknown {
        contain('following a query of pg', () => before(this));
        return Reflect.apply(original, this, args);
      },
  );
}

function ownerOf(query: object, name: string): object | undefined {
  let owner: object | null = query;
  while (owner !== null && !Object.hasOwn(owner, name)) owner = Object.getPrototypeOf(owner) as object | null;
  return owner ?? undefined;
}

function resume(query: object, isOver: boolean, error?: unknown): void {
  const entry = followed.get(query);
  if (entry === undefined) return;
  const { context, operation } = entry;
  if (isOver) {
    entry.isOver = true;
    entry.operation = undefined;
    operation?.end(error);
  }
  enter(context);
}

/** A query of the binding to libpq has no such methods: it calls its callback. */
function followNative(query: Query): void {
  const { callback } = query;
  if (typeof callback !== 'function') return;
  query.callback = function (this: unknown, ...args: unknown[]): unknown {
    contain('ending a query of pg', () => resume(query, true, args[0] ?? undefined));
    return Reflect.apply(callback, this, args);
  };
}
