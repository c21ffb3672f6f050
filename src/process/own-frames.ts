/** What Node.js prints of an error that ends the process shows no frame of ours. Loaded when there is one. */
const OWN_FOLDER = new URL('../', import.meta.url).href;
/** Those of Node.js that are there because of our hooks. */
const HOOK_FRAME = /^ +at (?:nextStep|resolveWithHooks|defaultResolve) \(node:internal\/modules\/(?:cjs|customization_hooks)/;
const FRAME = /^ +at /;

/**
 * Take our frames out of the stack of `error`: what a listener of the process threw was thrown through the wrapped
 * `process.emit`, a module that is missing through a hook.
 */
export function removeOwnFrames(error: unknown): void {
  if (!(error instanceof Error)) return;
  const { stack } = error;
  if (typeof stack !== 'string' || !stack.includes(OWN_FOLDER)) return;
  let left = Error.stackTraceLimit;
  error.stack = stack
    .split('\n')
    .filter((line) => !line.includes(OWN_FOLDER) && !HOOK_FRAME.test(line))
    .filter((line) => !FRAME.test(line) || left-- > 0)
    .join('\n');
}

/**
 * The same for an error that goes straight to the terminal: its stack is written when it is first read, after this.
 *
 * @returns what takes it back.
 */
export function hideOwnFrames(): () => void {
  const { prepareStackTrace } = Error;
  if (prepareStackTrace === undefined) return () => {};
  Error.prepareStackTrace = (error, frames) =>
    prepareStackTrace(
      error,
      frames.filter((frame) => frame.getFileName()?.startsWith(OWN_FOLDER) !== true),
    ) as unknown;
  return () => {
    Error.prepareStackTrace = prepareStackTrace;
  };
}
