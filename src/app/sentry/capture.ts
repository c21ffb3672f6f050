/** What is known of an error when it is captured, and whether it is sent. */
import { isSpanContextValid } from '../../runtime/api/span.ts';
import type { Context, SpanContext } from '@opentelemetry/api';
import { RPC_METADATA } from '../../context/context-keys.ts';
import { activeScope, globalFields } from '../../context/log-context.ts';
import { attempt, contained } from '../../runtime/contain.ts';
import { spanOfError } from '../../runtime/error-spans.ts';
import { api } from '../../runtime/otel.ts';
import { fillRandomly } from '../../runtime/random.ts';
import { toPlain, type PlainMap } from '../../values/plain-value.ts';
import { read } from '../../values/read-properties.ts';
import { cleanString } from '../../values/strings.ts';
import { breadcrumbsOf } from './breadcrumbs.ts';
import { countDropped } from './count-dropped.ts';
import type { CaptureOptions } from './options.ts';
import { handlingOf, scopeKeyOf } from './scope-key.ts';
import { isWanted, sentryPolicy, withSentry } from './sentry-state.ts';

export interface Mechanism {
  readonly type: string;
  readonly handled: boolean;
}

export interface Captured {
  readonly eventId: string;
  /** Either one. */
  readonly error?: unknown;
  readonly message?: string;
  readonly mechanism: Mechanism;
  /** Which logger it came through. */
  readonly logger?: string | undefined;
  readonly level: string;
  readonly span: SpanContext | undefined;
  readonly tags: PlainMap;
  readonly user: PlainMap | undefined;
  readonly extra: PlainMap | undefined;
  /** The other fields that `withLogContext()` has bound. */
  readonly bound: PlainMap | undefined;
  readonly fingerprint: readonly string[] | undefined;
  readonly route: string | undefined;
  readonly breadcrumbs: readonly object[];
}

export type CapturedThing = Pick<Captured, 'error' | 'message' | 'mechanism' | 'logger'>;

const MAX_TAG_LENGTH = 200;
const MAX_TEXT_LENGTH = 16_384;
const KEY_FRAMES = 4;
// Captured, for applications and test runners replace it.
const nowMs = Date.now;

/** @returns the id of its event; `undefined` where it is not sent. Never throws. */
export function capture(thing: CapturedThing, options: CaptureOptions = {}): string | undefined {
  if (!isWanted()) return undefined;
  try {
    const captured = describe(thing, options ?? {}, api.context.active());
    const isFatal = captured.level === 'fatal' && !thing.mechanism.handled;
    const reason = sentryPolicy().gate({ error: thing.error, key: keyOf(captured), isFatal }, nowMs());
    if (reason !== undefined) {
      countDropped(reason);
      return undefined;
    }
    withSentry((sentry) => sentry.send(captured));
    return captured.eventId;
  } catch (error) {
    contained('capturing an error', error);
    return undefined;
  }
}

function describe(thing: CapturedThing, options: CaptureOptions, context: Context): Captured {
  const { user_id: userId, request_id: requestId, ...others } = boundFields(context);
  const handler = read(options, 'handler');
  const fingerprint = read(options, 'fingerprint');
  const level = read(options, 'level');
  const user = plainMap(read(options, 'user'));
  return {
    ...thing,
    eventId: newEventId(),
    level: typeof level === 'string' ? level : 'error',
    span: thing.mechanism.handled
      ? (spanOf(context) ?? spanOfError(thing.error))
      : // It comes up where its span has been left.
        (spanOfError(thing.error) ?? spanOf(context)),
    tags: tagsOf({
      ...(requestId === undefined ? {} : { request_id: requestId }),
      ...handlingOf(context)?.tags,
      ...(handler === undefined ? {} : { handler }),
      ...attempt(() => ({ ...options.tags })),
    }),
    user: user ?? (userId === undefined ? undefined : { id: cleanString(String(userId), MAX_TAG_LENGTH) }),
    extra: plainMap(read(options, 'extra')),
    bound: Object.keys(others).length === 0 ? undefined : plainMap(others),
    fingerprint: attempt(() =>
      Array.isArray(fingerprint) ? fingerprint.map((each) => cleanString(String(each), MAX_TEXT_LENGTH)) : undefined,
    ),
    route: attempt(() => (context.getValue(RPC_METADATA) as { route?: string } | undefined)?.route),
    breadcrumbs: breadcrumbsOf(scopeKeyOf(context)),
  };
}

function boundFields(context: Context): Readonly<Record<string, unknown>> {
  const scope = activeScope(context);
  return { ...globalFields(), ...scope?.fields };
}

function spanOf(context: Context): SpanContext | undefined {
  return attempt(() => {
    const span = api.trace.getSpan(context)?.spanContext();
    return span !== undefined && isSpanContextValid(span) ? span : undefined;
  });
}

function tagsOf(given: Readonly<Record<string, unknown>>): PlainMap {
  const tags: Record<string, string | number | boolean> = {};
  for (const key of Object.keys(given)) {
    const value = given[key];
    if (value === undefined || value === null) continue;
    const isPlain = typeof value === 'number' || typeof value === 'boolean';
    tags[cleanString(key, MAX_TAG_LENGTH)] = isPlain ? value : (attempt(() => cleanString(String(value), MAX_TAG_LENGTH)) ?? '');
  }
  return tags;
}

function plainMap(value: unknown): PlainMap | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const plain = toPlain(value, MAX_TEXT_LENGTH);
  return typeof plain === 'object' && plain !== null && !Array.isArray(plain) ? (plain as PlainMap) : undefined;
}

/** Alike for what is the same error of the same request. */
function keyOf({ error, message, fingerprint, tags, user, span, level }: Captured): string {
  const facts = fingerprint ?? [message ?? '', ...errorFacts(error)];
  return JSON.stringify([facts, tags, user ?? null, span?.traceId ?? '', level], (_key, value: unknown) =>
    typeof value === 'bigint' ? String(value) : value,
  );
}

function errorFacts(error: unknown): readonly string[] {
  if (typeof error !== 'object' || error === null) return [attempt(() => String(error), '')];
  const text = (name: string): string => attempt(() => cleanString(String(read(error, name) ?? ''), MAX_TEXT_LENGTH), '');
  return [text('name'), text('message'), text('stack').split('\n').slice(0, KEY_FRAMES).join('\n')];
}

function newEventId(): string {
  const bytes = new Uint8Array(16);
  fillRandomly(bytes);
  return Buffer.from(bytes).toString('hex');
}
