/** What an application passes as parts of the official SDK, looked at before the SDK calls it. */
import { showValue } from '../config/show-value.ts';
import type { SdkComponents } from '../config/start-options.ts';

/** What the SDK calls without a look, so that what is not there would throw into the application. */
const COMPONENT_METHODS: Readonly<Record<keyof SdkComponents, readonly string[]>> = {
  spanProcessors: ['onStart', 'onEnd', 'forceFlush', 'shutdown'],
  metricReaders: ['setMetricProducer', 'forceFlush', 'shutdown'],
  logRecordProcessors: ['onEmit', 'forceFlush', 'shutdown'],
  sampler: ['shouldSample', 'toString'],
  idGenerator: ['generateTraceId', 'generateSpanId'],
  textMapPropagator: ['inject', 'extract', 'fields'],
  contextManager: ['active', 'with', 'bind', 'enable', 'disable'],
  resource: ['merge'],
};
const LISTS: ReadonlySet<string> = new Set(['spanProcessors', 'metricReaders', 'logRecordProcessors']);

/** @throws when one is not what the SDK takes; the message names it. */
export function checkComponents(components: SdkComponents = {}): void {
  for (const [name, value] of Object.entries(components)) {
    const methods = COMPONENT_METHODS[name as keyof SdkComponents] as readonly string[] | undefined;
    if (methods === undefined)
      throw new Error(`sdk.${name} is not a component that the SDK can be given; they are ${Object.keys(COMPONENT_METHODS).join(', ')}`);
    if (value === undefined) continue;
    const isList = LISTS.has(name);
    if (isList && !Array.isArray(value)) throw new Error(`sdk.${name} must be an array, got ${showValue(value)}`);
    for (const each of isList ? (value as unknown[]) : [value]) {
      const missing = methods.filter((method) => typeof (each as Record<string, unknown> | null | undefined)?.[method] !== 'function');
      if (missing.length > 0)
        throw new Error(
          `sdk.${name} must ${isList ? 'hold objects' : 'be an object'} with ${methods.join(', ')}, got ${showValue(each)} without ${missing.join(', ')}`,
        );
    }
  }
}
