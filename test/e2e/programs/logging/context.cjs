// Bound fields through awaits, timers and streams.
const { Readable } = require('node:stream');
const { getLogger, setGlobalLogContext, setLogContext, withLogContext } = require('signalbox/logging');
const logger = getLogger('context');
setGlobalLogContext({ app: 'shop' });
const main = async () => {
  logger.info('outside');
  await withLogContext({ user_id: 'ann' }, async () => {
    setLogContext({ request_id: 'r1' });
    await Promise.resolve();
    logger.info('after an await');
    await new Promise((resolve) => setTimeout(() => resolve(logger.info('in a timer')), 1));
    await new Promise((resolve) =>
      Readable.from(['x'])
        .on('data', () => logger.info('in a stream'))
        .on('end', resolve),
    );
    withLogContext({ user_id: 'bob', job: 7 }, () => logger.info('nested'));
    logger.info('after nested');
  });
  logger.info('left');
};
main();
