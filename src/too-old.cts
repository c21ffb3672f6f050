/** What a Node.js gets instead of `register` when it cannot load it: Node 18 and 20, or one with --no-experimental-require-module. */
const stderr: { write(text: string): unknown } = process.stderr;
const globals = globalThis as { [said: symbol]: true | undefined };
/** `register` says the same to those that load it by `import`. */
const SAID = Symbol.for('signalbox.too-old');
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
const cause =
  major > 22 || (major === 22 && minor >= 15)
    ? 'Node.js must allow require() of ES modules, but runs with --no-experimental-require-module. The application runs without telemetry. Remove the flag.'
    : `Node.js must be 22.15 or newer, but this is ${process.versions.node}. The application runs without telemetry. Update Node.js.`;
if (globals[SAID] !== true) stderr.write(`signalbox: ${cause}\n`);
globals[SAID] = true;
