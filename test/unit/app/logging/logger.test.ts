/** winston's logger as its users know it. */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { Writable } from 'node:stream';
import type { Logger } from 'winston';

// Before logging reads its settings.
process.env['LOG_OUTPUT'] = 'none';
process.env['LOG_LEVEL'] = 'info,quiet.*=error';
const { getLogger, setLogLevel } = await import('../../../../src/app/logging/index.ts');
const { default: winston } = await import('winston');

type Info = Record<string | symbol, unknown>;
/** Its types leave it out. */
const { Transport } = winston as unknown as {
  Transport: new (options: { log: (info: Info, done: () => void) => void }) => import('winston').transport;
};
const MESSAGE = Symbol.for('message');

/** What a transport of the application gets. */
function watch(logger: Logger): Info[] {
  const seen: Info[] = [];
  logger.add(
    new winston.transports.Stream({
      stream: new Writable({ objectMode: true, write: (_line, _encoding, done) => done() }),
      format: winston.format((info) => (seen.push({ ...info }), info))(),
    }),
  );
  return seen;
}
const messages = (seen: readonly Info[]): unknown[] => seen.map(({ level, message }) => `${String(level)} ${String(message)}`);

describe('a logger', () => {
  after(() => setLogLevel('info'));

  it('is one of winston, and the same for the same name', () => {
    assert.ok(getLogger('same') instanceof winston.Logger);
    assert.equal(getLogger('same'), getLogger('same'));
    assert.notEqual(getLogger('same'), getLogger('other'));
  });

  it('has the methods of all levels, log(), write() and profile()', () => {
    const logger = getLogger('methods');
    const seen = watch(logger);
    logger.level = 'silly';
    for (const level of ['error', 'warn', 'info', 'http', 'verbose', 'debug', 'silly'] as const) logger[level](level);
    logger.log('warn', 'by name');
    logger.log({ level: 'error', message: 'one object', a: 1 });
    logger.log('loud' as never, 'unknown level');
    logger.write({ level: 'info', message: 'written' });
    logger.profile('p');
    logger.profile('p');
    logger.startTimer().done({ message: 'timed' });
    assert.deepEqual(messages(seen), [
      'error error',
      'warn warn',
      'info info',
      'http http',
      'verbose verbose',
      'debug debug',
      'silly silly',
      'warn by name',
      'error one object',
      'info unknown level',
      'info written',
      'info p',
      'info timed',
    ]);
    assert.equal(typeof seen.at(-1)?.['durationMs'], 'number');
  });

  it('is given for whatever is said to be its name or level', () => {
    const bad: unknown[] = [
      Symbol('s'),
      Object.create(null),
      5,
      null,
      {
        toString: () => {
          throw new Error('no');
        },
      },
      new Proxy(
        {},
        {
          get: () => {
            throw new Error('no');
          },
        },
      ),
    ];
    for (const each of bad) {
      const logger = getLogger(each as string);
      assert.equal(logger.log(each as string, 'message'), logger);
      assert.equal(logger.isLevelEnabled(each as string), false);
      assert.equal(
        logger
          .child(each as object)
          .info('x')
          .write({ level: each, message: each }),
        true,
      );
      logger.level = each as string;
    }
  });

  it('returns itself from each call', () => {
    const logger = getLogger('chain');
    assert.equal(logger.info('x').debug('y').log('info', 'z'), logger);
  });

  it('gives transports the line of stdout, with which their own formats begin', () => {
    const logger = getLogger('line');
    const seen: Info[] = [];
    logger.add(new Transport({ log: (info: Info, done: () => void) => (seen.push(info), done()) }));
    logger.info('hello', { a: 1 });
    const line = JSON.parse(String(seen[0]?.[MESSAGE])) as Info;
    assert.deepEqual([line['message'], line['logger'], line['a'], seen[0]?.['a']], ['hello', 'line', 1, 1]);
  });

  it('does no work for a level that is not written', () => {
    const logger = getLogger('lazy');
    const hostile = {
      get a(): never {
        throw new Error('was read');
      },
      toJSON() {
        throw new Error('was read');
      },
    };
    let formats = 0;
    logger.add(
      new winston.transports.Stream({
        stream: new Writable({ write: (_c, _e, done) => done() }),
        format: winston.format((info) => (formats++, info))(),
      }),
    );
    logger.debug('%j', hostile, hostile);
    assert.equal(formats, 0);
    assert.equal(logger.isLevelEnabled('debug'), false);
    assert.equal(logger.isInfoEnabled(), true);
  });

  it('has the level of LOG_LEVEL by its name, which may change while it runs', () => {
    const [quiet, other] = [getLogger('quiet.one'), getLogger('loud')];
    assert.deepEqual([quiet.level, other.level], ['error', 'info']);
    setLogLevel('warn,quiet.*=debug');
    assert.deepEqual([quiet.level, other.level], ['debug', 'warn']);
    setLogLevel('none');
    assert.equal(other.isErrorEnabled(), false);
    for (const bad of ['loud', '', 'a=b', undefined]) assert.throws(() => setLogLevel(bad as string), TypeError);
    assert.equal(other.level, 'none', 'nothing has changed');
    setLogLevel('info');
  });

  it('of a child has the bindings of its parents, and a level of its own where it was given one', () => {
    const logger = getLogger('family');
    const seen = watch(logger);
    const child = logger.child({ a: 1, b: 1 });
    const grandchild = child.child({ b: 2 });
    grandchild.info('m', { c: 3 });
    assert.deepEqual([seen[0]?.['a'], seen[0]?.['b'], seen[0]?.['c']], [1, 2, 3]);
    child.level = 'debug';
    assert.deepEqual([logger.level, child.level, grandchild.level], ['info', 'debug', 'debug']);
    logger.debug('not seen');
    grandchild.debug('seen');
    assert.deepEqual(messages(seen), ['info m', 'debug seen']);
    child.level = 'error';
    grandchild.info('not seen');
    assert.equal(seen.length, 2);
  });

  it('is quiet while it is silent', () => {
    const logger = getLogger('silent');
    const seen = watch(logger);
    logger.silent = true;
    logger.error('not seen');
    logger.silent = false;
    logger.error('seen');
    assert.deepEqual(messages(seen), ['error seen']);
  });

  it('outlives transports that throw, emit errors, or never call back', () => {
    const logger = getLogger('hurt');
    logger.add(new Transport({ log: () => assert.fail('thrown by a transport') }));
    const failing = new Transport({
      log: (_info: Info, done: () => void) => (failing.emit('error', new Error('of a transport')), done()),
    });
    logger.add(failing);
    logger.add(new Transport({ log: () => {} }));
    for (let i = 0; i < 12_000; i++) logger.info('line', { i });
    assert.ok(logger.writableLength + logger.readableLength <= 10_001);
  });

  it('finishes when it is ended', async () => {
    const logger = getLogger('ended');
    watch(logger);
    const finished = new Promise((resolve) => logger.on('finish', resolve));
    logger.info('last');
    logger.end();
    await finished;
    logger.info('after the end hurts nobody');
  });

  it('of names that are made up fill no memory', () => {
    for (let i = 0; i < 1100; i++) getLogger(`made-up-${i}`);
    assert.notEqual(getLogger('made-up-1099'), getLogger('made-up-1099'));
    getLogger({ toString: () => 'no string' } as never).info('x');
  });
});
