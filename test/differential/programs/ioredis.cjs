// SERVICE=redis://… node test/differential/programs/ioredis.cjs
const { once } = require('node:events');
const Redis = require('ioredis');
const { say, shape, listeners, failure, deepFreeze, outcome } = require('./show.cjs');

const order = [];
const make = (options = {}) => new Redis(process.env.SERVICE, { keyPrefix: `diff:`, ...options });

async function calls(redis) {
  say('client', shape(redis), redis.sendCommand.name, redis.sendCommand.length, Object.hasOwn(redis, 'sendCommand'));
  const promise = redis.set('text', 'value');
  order.push('set returned');
  say('promise', shape(promise), promise.constructor === Promise);
  say('set', await promise.then((value) => (order.push('set settled'), value)));
  say('get', await outcome(() => redis.get('text')));
  say('getBuffer', shape(await redis.getBuffer('text')));
  say('missing', await outcome(() => redis.get('nothing')));
  say('wrong type', await outcome(() => redis.lpush('text', 1)));
  say('wrong arity', await outcome(() => redis.call('GET')));
  say('unknown', await outcome(() => redis.call('NOSUCH', 'a')));
  say('no command', await outcome(() => redis.sendCommand()));
  say('hash', await redis.hset('hash', { a: 1, b: 'two' }), await redis.hgetall('hash'));
  const frozen = deepFreeze(['list', 1, 'two', Buffer.from('three')]);
  say('frozen', await redis.rpush(frozen), frozen);
  say(
    'map',
    await redis.mset(
      new Map([
        ['m1', 1],
        ['m2', 2],
      ]),
    ),
    await redis.mget('m1', 'm2'),
  );
  say('bigint', await redis.set('big', 12345678901234567890n), await redis.get('big'));
  for (const [name, ...args] of [
    ['get', 'text'],
    ['lpush', 'text', 'x'],
    ['incrby', 'count', 3],
  ])
    await new Promise((resolve) => {
      const returned = redis[name](...args, function (error, result) {
        order.push(`${name} callback`);
        resolve(say(`${name} callback`, error ? failure(error) : result, arguments.length, this === undefined ? 'none' : typeof this));
      });
      order.push(`${name} returned`);
      returned.catch(() => {});
      say('  returned', shape(returned));
    });
  const command = new Redis.Command('get', ['diff:text'], { replyEncoding: 'utf8' });
  const { resolve, reject, promise: own } = command;
  const before = [Reflect.ownKeys(command).length, typeof resolve, typeof reject];
  say('own command', redis.sendCommand(command) === own, before, command.promise === own);
  say('own command settled', await own, command.isResolved, command.name, command.args);
  redis.defineCommand('double', { numberOfKeys: 1, lua: 'return redis.call("get", KEYS[1]) .. ARGV[1]' });
  say('script', await redis.double('text', 'd'), await redis.double('text', 'e'));
  redis.defineCommand('broken', { numberOfKeys: 0, lua: 'return redis.error_reply("MINE it is broken")' });
  say('broken script', await outcome(() => redis.broken()));
}

async function together(redis) {
  const pipeline = redis.pipeline().set('p', 1).incr('p').lpush('p', 'x').get('p');
  say('pipeline', shape(pipeline).classes, pipeline.length, pipeline.sendCommand.name);
  say(
    'results',
    (await pipeline.exec()).map(([error, result]) => (error ? failure(error) : result)),
  );
  const each = [];
  await redis
    .pipeline([
      ['get', 'p'],
      ['lpush', 'p', 1],
    ])
    .get('p', (error, result) => each.push(['get', error, result]))
    .exec((error, results) => each.push(['exec', error, results.length]));
  say('callbacks of a pipeline', each);
  say('multi', await redis.multi().set('t', 1).incr('t').exec());
  say('multi with an error', await outcome(() => redis.multi().set('t').exec()));
  say('multi without pipeline', await redis.multi({ pipeline: false }), await redis.incr('t'), await redis.exec());
  say('discard', await redis.multi({ pipeline: false }), await redis.discard());
  const automatic = make({ enableAutoPipelining: true });
  say('automatic', await Promise.all([automatic.get('p'), automatic.incr('t'), outcome(() => automatic.lpush('p', 1))]));
  automatic.disconnect();
}

async function streamsAndEvents(redis) {
  for (let i = 0; i < 30; i++) await redis.sadd('members', i);
  const found = new Set();
  const stream = redis.sscanStream('members', { count: 5 });
  say('stream', shape(stream).classes, listeners(stream));
  for await (const part of stream) part.forEach((member) => found.add(member));
  say('members', found.size);
  for await (const part of redis.sscanStream('members', { count: 5 })) {
    say('left early', Array.isArray(part));
    break;
  }
  const subscriber = make();
  say('events', listeners(subscriber));
  subscriber.on('message', (channel, message) => order.push(`message ${channel} ${message}`));
  say('subscribe', await subscriber.subscribe('news'));
  say('in subscriber mode', await outcome(() => subscriber.get('text')));
  const message = once(subscriber, 'message');
  await redis.publish('news', 'hello');
  say('message', await message);
  say('unsubscribe', await subscriber.unsubscribe('news'));
  const listener = () => say('removed listener is called');
  subscriber.on('message', listener).off('message', listener);
  say('quit', await subscriber.quit(), await outcome(() => subscriber.get('text')));
}

async function troubles() {
  const queued = make({ lazyConnect: true });
  say('lazy', queued.status, await Promise.all([queued.set('q', 1), queued.incr('q')]), queued.status);
  queued.disconnect();
  const offline = make({ lazyConnect: true, enableOfflineQueue: false });
  say('no queue', await outcome(() => offline.get('q')));
  offline.disconnect();
  const timed = make({ commandTimeout: 60 });
  say('timeout', await outcome(() => timed.blpop('empty', 1)));
  timed.disconnect();
  const cut = make({ maxRetriesPerRequest: 0, retryStrategy: () => null });
  await once(cut, 'ready');
  const waiting = outcome(() => cut.blpop('empty', 5));
  cut.disconnect();
  say('cut off', await waiting);
  const nowhere = new Redis({ port: 1, host: '127.0.0.1', maxRetriesPerRequest: 0, retryStrategy: () => null });
  nowhere.on('error', (error) => order.push(`error ${error.code}`));
  say('nowhere', await outcome(() => nowhere.get('q')));
  class Own extends Redis {
    sendCommand(command, stream) {
      order.push(`own ${command.name}`);
      return super.sendCommand(command, stream);
    }
  }
  const own = new Own(process.env.SERVICE);
  say('subclass', await own.echo('mine'), shape(own).classes);
  own.disconnect();
}

async function main() {
  const redis = make();
  await redis.flushall();
  await calls(redis);
  await together(redis);
  await streamsAndEvents(redis);
  await troubles();
  say('listeners', listeners(redis));
  say('duplicate', shape(redis.duplicate({ lazyConnect: true })).classes);
  say('flush', await redis.flushall());
  await redis.quit();
  say('order', order);
}
main();
