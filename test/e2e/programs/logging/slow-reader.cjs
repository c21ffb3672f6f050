// Nobody reads stdout. Ten megabytes are logged in two hundred turns of the event loop.
const { getLogger } = require('signalbox/logging');
const logger = getLogger();
let turns = 0;
const turn = () => {
  for (let i = 0; i < 50; i++) logger.info('line', { i, filler: 'x'.repeat(900) });
  if (++turns < 200) return setImmediate(turn);
  process.stderr.write(`turns ${turns}\n`);
};
turn();
