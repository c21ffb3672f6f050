import { channel } from 'node:diagnostics_channel';
import type { Instrumentation } from '@opentelemetry/instrumentation';
import type { CatalogueEntry } from './catalogue.ts';
import type { Hook } from './hooks.ts';

export interface FirstMessageHook extends Hook {
  readonly channel: string;
  /** As if it had been published. */
  take(message: unknown): void;
}

/**
 * Load an instrumentation with the first message of the channel that it listens on. Subscribers that come while a message is
 * published do not get it, so the first one is passed on.
 */
export function onFirstMessage(
  { channel: name, method }: NonNullable<CatalogueEntry['announced']>,
  load: () => Instrumentation | undefined,
): FirstMessageHook {
  const announcements = channel(name);
  let isFirst = true;
  const listener = (message: unknown): void => {
    if (!isFirst) return;
    isFirst = false;
    const instrumentation = load() as unknown as Record<string, (message: unknown) => void> | undefined;
    instrumentation?.[method]?.(message);
  };
  announcements.subscribe(listener);
  return { channel: name, take: listener, deregister: () => void announcements.unsubscribe(listener) };
}
