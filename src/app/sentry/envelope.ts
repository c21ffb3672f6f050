/**
 * Envelopes of Sentry, redacted: whatever an application, an integration or signalbox has put into an event goes through the one
 * redactor, last of all. What cannot be redacted (attachments, recordings), and what OpenTelemetry has already (transactions, spans,
 * sessions), is left out.
 *
 * @see https://develop.sentry.dev/sdk/data-model/envelopes/
 */
import { fileURLToPath } from 'node:url';
import { redactAttribute, redactText } from '../../redaction/redactor.ts';
import type { PlainMap, PlainValue } from '../../values/plain-value.ts';
import { addSourceLines, framesOf, type EventWithFrames } from './source-lines.ts';

type Item = readonly [header: Readonly<Record<string, unknown>>, payload: unknown];
/** As the transport gets it. */
export type Envelope = readonly [header: Readonly<Record<string, unknown>>, items: readonly Item[]];

const SENT = new Set(['event', 'check_in', 'feedback', 'user_report', 'log', 'trace_metric']);
/** Ids, names and numbers of the protocol, which no application writes. */
const KEPT = ['event_id', 'timestamp', 'platform', 'level', 'sdk', 'check_in_id', 'status', 'duration', 'monitor_config'];
const KEPT_OF_TRACE = ['trace_id', 'public_key', 'environment', 'release', 'sample_rand'];

/** `undefined` where nothing of it is sent. @throws for what is no envelope. */
export function encodeEnvelope([header, items]: Envelope, hasSourceLines: boolean): Uint8Array | undefined {
  const sent = items.filter(([{ type }, payload]) => SENT.has(String(type)) && typeof payload === 'object' && payload !== null);
  if (sent.length === 0) return undefined;
  const lines = [JSON.stringify(envelopeHeader(header))];
  for (const [{ type, ...others }, payload] of sent) {
    const text = JSON.stringify(redactPayload(payload as object, hasSourceLines));
    lines.push(JSON.stringify({ type, ...others, length: Buffer.byteLength(text) }), text);
  }
  return Buffer.from(`${lines.join('\n')}\n`);
}

function envelopeHeader({ event_id, sent_at, sdk, trace }: Readonly<Record<string, unknown>>): object {
  return { event_id, sent_at, sdk, trace: pick(trace as Readonly<Record<string, unknown>> | undefined, KEPT_OF_TRACE) };
}

/** Where signalbox lies: its frames are between those of the application, and none of its affair. */
const OWN_FOLDER = fileURLToPath(new URL('../../', import.meta.url));

function withoutOwnFrames(event: EventWithFrames): EventWithFrames {
  for (const stacktrace of framesOf(event))
    stacktrace.frames = stacktrace.frames?.filter(({ filename }) => filename?.includes(OWN_FOLDER) !== true);
  return event;
}

function redactPayload(payload: object, hasSourceLines: boolean): object {
  // Of its own, and plain.
  const plain = JSON.parse(JSON.stringify(payload)) as PlainMap;
  const withLines = addSourceLines(withoutOwnFrames(plain as EventWithFrames), hasSourceLines) as PlainMap;
  const redacted = redactTexts(redactAttribute('', withLines) ?? {}) as Record<string, PlainValue>;
  const trace = pick((plain['contexts'] as PlainMap | undefined)?.['trace'] as PlainMap | undefined, [
    'trace_id',
    'span_id',
    'parent_span_id',
  ]);
  const result: Record<string, unknown> = { ...redacted, ...pick(plain, KEPT) };
  if (trace !== undefined) result['contexts'] = { ...(result['contexts'] as PlainMap | undefined), trace };
  return result;
}

/** Whatever the name of a field says that it is (`url`), an error may have put a sentence there. */
function redactTexts(value: PlainValue): PlainValue {
  if (typeof value === 'string') return redactText(value);
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
  if (Array.isArray(value)) return (value as readonly PlainValue[]).map(redactTexts);
  const entries = Object.entries(value as PlainMap);
  return Object.fromEntries(entries.map(([name, inner]) => [name, redactTexts(inner)]));
}

function pick(from: Readonly<Record<string, unknown>> | undefined, names: readonly string[]): Record<string, unknown> | undefined {
  if (from === undefined) return undefined;
  return Object.fromEntries(names.filter((name) => from[name] !== undefined).map((name) => [name, from[name]]));
}
