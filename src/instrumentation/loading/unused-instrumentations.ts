/** What the settings leave of the libraries that an application has. */
export interface InstrumentationUse {
  /** `OTEL_NODE_ENABLED_INSTRUMENTATIONS`; `undefined` where it is not set. */
  readonly enabled: readonly string[] | undefined;
  /** Instrumentations that were loaded: by their library, or, those that need none, by themselves. */
  readonly loaded: readonly string[];
  /** Instrumentations that are switched off, and whose library was loaded. */
  readonly switchedOff: readonly string[];
}

/**
 * A whole message when no library that was loaded is instrumented because of a setting. `undefined` when one is, when there
 * are none, and when none are wanted.
 */
export function describeUnused({ enabled, loaded, switchedOff }: InstrumentationUse): string | undefined {
  if (loaded.length > 0 || enabled?.length === 0) return undefined;
  const off = [...switchedOff].sort().join(', ');
  if (enabled !== undefined) {
    const instead = off === '' ? '' : ` In use and not in it: ${off}.`;
    return `OTEL_NODE_ENABLED_INSTRUMENTATIONS must name what the application uses, but no library of ${enabled.join(', ')} was loaded. No library is traced.${instead} Name what is used, or remove the setting: then all that are known are.`;
  }
  if (off === '') return undefined;
  return `OTEL_NODE_DISABLED_INSTRUMENTATIONS must leave something that the application uses, but it switches off all of that: ${off}. No library is traced. Take away from it what is to be traced.`;
}
