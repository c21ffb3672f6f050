// Fills LOG_DIR, which is small, then makes room there, and says what it can still do.
const { readdirSync, rmSync } = require('node:fs');
const { join } = require('node:path');
const { getLogger } = require('signalbox/logging');
const logger = getLogger('full');
const folder = process.env.LOG_DIR;
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const main = async () => {
  for (let i = 0; i < 1500; i++) {
    logger.info('line', { i, filler: 'x'.repeat(900) });
    if (i % 100 === 0) await wait(1);
  }
  for (const name of readdirSync(folder)) if (!name.includes('error')) rmSync(join(folder, name));
  for (let i = 0; i < 40; i++) {
    await wait(100);
    if (readdirSync(folder).some((name) => name.startsWith('app_'))) break;
  }
  logger.info('after', { files: readdirSync(folder).filter((name) => name.startsWith('app_')).length });
};
main();
