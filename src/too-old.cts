/** What Node.js 18 and 20 get instead of `register`, which they could not load. */
const stderr: { write(text: string): unknown } = process.stderr;
stderr.write(`signalbox: Node.js must be 22.15 or newer, but this is ${process.versions.node}. The application runs without telemetry. Update Node.js.\n`);
