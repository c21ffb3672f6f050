/**
 * How a server under measurement talks to the bench: one line of JSON on file descriptor 3 when it listens, and one for
 * every SIGUSR2. While requests are served it only counts them, which costs every variant the same.
 */
'use strict';
const { subscribe } = require('node:diagnostics_channel');
const { writeSync } = require('node:fs');

let requests = 0;

function tell(facts) {
  const { user, system } = process.cpuUsage();
  writeSync(
    3,
    `${JSON.stringify({ ...facts, requests, cpuSeconds: (user + system) / 1e6, rssBytes: process.memoryUsage.rss(), modules: globalThis.benchModules?.() })}\n`,
  );
}

/** To be called once the server listens on `port`. */
exports.listening = (port) => {
  tell({ port });
  subscribe('http.server.request.start', () => requests++);
  process.on('SIGUSR2', () => tell({}));
};
