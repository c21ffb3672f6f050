/**
 * How a server under measurement talks to the bench: one line of JSON on file descriptor 3 when it listens, and one for
 * every SIGUSR2. Nothing of it runs while requests are served.
 */
'use strict';
const { writeSync } = require('node:fs');

function tell(facts) {
  const { user, system } = process.cpuUsage();
  writeSync(3, `${JSON.stringify({ ...facts, cpuSeconds: (user + system) / 1e6, rssBytes: process.memoryUsage.rss(), modules: globalThis.benchModules?.() })}\n`);
}

/** To be called once the server listens on `port`. */
exports.listening = (port) => {
  tell({ port });
  process.on('SIGUSR2', () => tell({}));
};
