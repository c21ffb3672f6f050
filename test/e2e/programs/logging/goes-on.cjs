// Logs on after the reader of its stdout has gone.
const { getLogger } = require('signalbox/logging');
const logger = getLogger();
logger.info('first');
process.once('message', () => {
  let n = 0;
  const timer = setInterval(() => {
    for (let i = 0; i < 100; i++) logger.info('more', { i });
    if (++n < 10) return;
    clearInterval(timer);
    process.disconnect();
  }, 5);
});
