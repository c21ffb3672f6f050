/** What a Node.js gets instead of `signalbox` when it cannot load it: Node 18 and 20, or one with --no-experimental-require-module. */
import type { StartOptions, Telemetry } from './index.ts' with { 'resolution-mode': 'import' };

/** Starts nothing, which is said in one line, and returns a handle that does nothing. */
export declare function startTelemetry(options?: StartOptions): Telemetry;

exports.startTelemetry = (): Telemetry => {
  require('./too-old.cjs'); // says it when it is first loaded, as it does in the place of the preload
  return { flush: async () => {}, shutdown: async () => {} };
};
