// node --require signalbox/register test/e2e/programs/untouched/signals.cjs
// Handles a signal where nobody else does, and says what it finds before and after.
const { getEventListeners, listenerCount } = require('node:events');

function look() {
  const count = (signal) => [process.listenerCount(signal), listenerCount(process, signal), getEventListeners(process, signal).length];
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGUSR2'])
    console.log(signal, count(signal), process.listeners(signal).length, process.rawListeners(signal).length);
  console.log(process.eventNames().filter((name) => String(name).startsWith('SIG')));
}

look();
if (process.listenerCount('SIGTERM') === 0) {
  process.once('SIGTERM', () => {
    look();
    console.log('drained');
    process.exit(0);
  });
}
look();
process.on('SIGINT', look);
look();
process.removeListener('SIGINT', look);
look();
setInterval(() => {}, 1000);
process.kill(process.pid, 'SIGTERM');
