import { attempt } from '../runtime/contain.ts';
import type { ExtensionOptions, StartOptions } from './start-options.ts';

/** Parts that are called, apart from options that are read: nobody freezes or prints them. */
export function takeExtensions(options: StartOptions): { extensions: ExtensionOptions; settings: StartOptions } {
  const none = { extensions: {}, settings: options };
  return attempt(() => {
    const { spanProcessors, logRecordProcessors, idGenerator, ...others } = options;
    const { sampler, ...withoutSampler } = others;
    const isObject = typeof sampler === 'object' && sampler !== null && typeof sampler.shouldSample === 'function';
    const given = { spanProcessors, logRecordProcessors, idGenerator, sampler: isObject ? sampler : undefined };
    const extensions = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
    if (Object.keys(extensions).length === 0) return none;
    return { extensions, settings: isObject ? withoutSampler : others };
  }, none);
}
