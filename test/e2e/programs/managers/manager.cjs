// NODE_OPTIONS='--require signalbox/register' node test/e2e/programs/managers/manager.cjs daemon|restarts|watches|primary
// Looks after a program as PM2's daemon, forever, nodemon and a cluster's primary do, and ends when that has lived twice.
const { fork, spawn } = require('node:child_process');
const cluster = require('node:cluster');
const { watch } = require('node:fs');
const { createServer } = require('node:net');
const { tmpdir } = require('node:os');
const { join } = require('node:path');

const APP = join(__dirname, 'app.cjs');
let commands;
const KINDS = {
  /** A Unix socket for its commands; the ports of its workers are held by it. */
  daemon() {
    commands ??= createServer().listen(join(tmpdir(), `manager-${process.pid}.sock`));
    return KINDS.primary();
  },
  primary() {
    cluster.setupPrimary({ exec: APP });
    return cluster.fork();
  },
  restarts: () => spawn(process.execPath, [APP], { stdio: 'inherit' }),
  watches() {
    watch(__dirname, () => {});
    return fork(APP);
  },
};

function keep(lives) {
  if (lives === 0) return setTimeout(() => process.exit(0), 300);
  // There is nothing to look after for a while between two lives.
  KINDS[process.argv[2]]().on('exit', () => setTimeout(keep, 200, lives - 1));
}
console.log(`manager ${process.pid}`);
keep(2);
