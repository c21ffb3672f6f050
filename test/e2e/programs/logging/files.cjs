// Writes as many lines as the first argument says, a few in each turn; with `stay`, it waits for its end.
const { getLogger } = require('signalbox/logging');
const logger = getLogger('files');
const [count = '100', stay] = process.argv.slice(2);
let i = 0;
const write = () => {
  for (let n = 0; n < 20 && i < Number(count); n++) logger.info('line', { pid: process.pid, i: i++, filler: 'x'.repeat(200) });
  if (i < Number(count)) setImmediate(write);
  else {
    logger.error('failed', new Error('for the file of errors'));
    process.send?.('written');
    if (stay) process.once('message', () => (logger.info('later'), process.disconnect()));
    else process.disconnect?.();
  }
};
write();
