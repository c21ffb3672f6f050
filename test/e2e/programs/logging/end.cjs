// A thousand lines of one kilobyte, then the end that the first argument names.
const { getLogger } = require('signalbox/logging');
const logger = getLogger('end');
for (let i = 0; i < 1000; i++) logger.info('line', { i, filler: 'x'.repeat(900) });
switch (process.argv[2]) {
  case 'exit':
    process.exit(3);
    break;
  case 'throw':
    throw new Error('uncaught');
  case 'sigterm':
    process.kill(process.pid, 'SIGTERM');
    break;
  case 'sigterm-later':
    setTimeout(() => {}, 60_000);
    process.send?.('ready');
    break;
}
