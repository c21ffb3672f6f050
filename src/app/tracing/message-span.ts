import type { Span } from '@opentelemetry/api';
import { attempt } from '../../runtime/contain.ts';
import { api } from '../../runtime/otel.ts';
import type { Carrier } from './carriers.ts';
import { extract } from './carry-context.ts';
import { optionsOf } from '../../values/options.ts';
import type { SpanOptions } from './span-options.ts';
import { runInSpan } from './with-span.ts';

export interface MessageSpanOptions extends Omit<SpanOptions, 'parent'> {
  /** What carries the sender's trace: the headers of a message, or of each message of a batch. */
  readonly from: Carrier | undefined | null | readonly (Carrier | undefined | null)[];
  /**
   * How the span stands to the sender's: its child, in the same trace, or linked to it, in a trace of its own (for work that is done
   * long after, or several times). A batch is linked to all of its senders.
   *
   * @default 'parent' for one message
   */
  readonly relation?: 'parent' | 'link';
}

/**
 * Run `fn` in the span of a consumer that processes a message, or a batch of them. Baggage of a single message is active in `fn`.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/messaging/messaging-spans/
 */
export function withMessageSpan<T>(name: string, options: MessageSpanOptions, fn: (span: Span) => T): T {
  if (typeof fn !== 'function') throw new TypeError(`withMessageSpan() must get a function, got ${typeof fn}.`);
  const { from, relation = 'parent', links = [], ...others } = optionsOf(options);
  const batch = attempt(() => (Array.isArray(from) ? [...(from as Carrier[])] : undefined));
  if (batch !== undefined)
    return runInSpan(name, { kind: 'consumer', ...others, links: [...batch.map(extract), ...listOf(links)], parent: undefined }, fn, fn);
  const sender = extract(from as Carrier | undefined);
  if (relation === 'parent') return runInSpan(name, { kind: 'consumer', ...others, links, parent: sender }, fn, fn);
  return runInSpan(name, { kind: 'consumer', ...others, links: [sender, ...listOf(links)], parent: api.trace.deleteSpan(sender) }, fn, fn);
}

function listOf<T>(given: readonly T[]): readonly T[] {
  return attempt(() => [...given]) ?? [];
}
