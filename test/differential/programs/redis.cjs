// SERVICE=redis://… node test/differential/programs/redis.cjs
const { once } = require('node:events');
const { createClient, createClientPool, createCluster, RESP_TYPES } = require('redis');
const { say, shape, listeners, failure, deepFreeze, outcome } = require('./show.cjs');

const order = [];
const url = process.env.SERVICE;

async function calls(client) {
  say('client', shape(client).classes, client.sendCommand.name, client.sendCommand.length, listeners(client));
  const promise = client.set('text', 'value');
  order.push('set returned');
  say('promise', shape(promise), promise.constructor === Promise);
  say('set', await promise.then((value) => (order.push('set settled'), value)));
  say('get', await outcome(() => client.get('text')), await outcome(() => client.GET('nothing')));
  say('buffer', shape(await client.withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer }).get('text')).classes);
  say('wrong type', await outcome(() => client.lPush('text', 'x')));
  say('raw', await outcome(() => client.sendCommand(['GET', 'text'])));
  say('unknown', await outcome(() => client.sendCommand(['NOSUCH', 'a'])));
  // `sendCommand()` throws, where it rejects without a subscriber to the library's channels.
  say('misused', await outcome(() => client.set('text', 1)), await outcome(() => client.set('text', {})));
  const frozen = deepFreeze({ a: '1', b: 'two' });
  say('hash', await client.hSet('hash', frozen), { ...(await client.hGetAll('hash')) });
  const args = deepFreeze(['SET', 'frozen', 'yes', 'EX', '100']);
  say('frozen', await client.sendCommand(args), args);
  say('many', await client.mSet({ m1: '1', m2: '2' }), await client.mGet(['m1', 'm2']));
  say('all at once', await Promise.all([client.incr('n'), client.incr('n'), outcome(() => client.lPush('text', 'x')), client.get('n')]));
  say('script', await client.eval('return redis.call("get", KEYS[1]) .. ARGV[1]', { keys: ['text'], arguments: ['!'] }));
  say('aborted', await outcome(() => client.withAbortSignal(AbortSignal.abort(new Error('mine'))).get('text')));
}

async function together(client) {
  const multi = client.multi().set('t', '1').incr('t').get('t');
  say('multi', shape(multi).classes, await outcome(() => multi.exec()));
  say('multi with an error', await outcome(() => client.multi().set('t', 'a').lPush('t', 'x').exec()));
  say('pipeline', await outcome(() => client.multi().set('t', '1').get('t').execAsPipeline()));
  say('pipeline with an error', await outcome(() => client.multi().set('t', '1').lPush('t', 'x').execAsPipeline()));
  await client.watch('t');
  await client
    .duplicate()
    .connect()
    .then((other) => other.set('t', 'changed').then(() => other.destroy()));
  say('watched', await outcome(() => client.multi().get('t').exec()));
}

async function streamsAndEvents(client) {
  for (let i = 0; i < 30; i++) await client.sAdd('members', String(i));
  let count = 0;
  for await (const members of client.sScanIterator('members', { COUNT: 5 })) count += members.length;
  say('members', count);
  for await (const members of client.sScanIterator('members', { COUNT: 5 })) {
    say('left early', Array.isArray(members));
    break;
  }
  const subscriber = client.duplicate();
  subscriber.on('error', (error) => order.push(`error ${error.message}`));
  await subscriber.connect();
  const message = new Promise((resolve) => {
    const listener = (text, channel) => resolve([text, channel]);
    subscriber.subscribe('news', listener).then(() => client.publish('news', 'hello'));
  });
  say('message', await message);
  say('unsubscribe', await subscriber.unsubscribe('news'), listeners(subscriber));
  await subscriber.close();
  say('closed', await outcome(() => subscriber.get('text')));
}

async function pools() {
  const pool = createClientPool({ url }, { minimum: 1, maximum: 2 });
  pool.on('error', (error) => order.push(`pool error ${error.message}`));
  await pool.connect();
  say('pool', shape(pool).classes, pool.execute.name, pool.execute.length);
  say('pool commands', await Promise.all(Array.from({ length: 6 }, () => pool.incr('pooled'))));
  say(
    'pool task',
    await pool.execute((client) => client.get('pooled')),
    await outcome(() =>
      pool.execute(() => {
        throw new Error('mine');
      }),
    ),
  );
  say('pool plain', await outcome(() => pool.execute(() => 'plain')), await outcome(() => pool.execute()));
  say('pool multi', await pool.multi().incr('pooled').get('pooled').exec());
  await pool.close();
  say('pool closed', await outcome(() => pool.get('pooled')));
}

async function troubles() {
  const offline = createClient({ url, disableOfflineQueue: true });
  say('not open', await outcome(() => offline.get('text')));
  const timed = createClient({ url, commandOptions: { timeout: 60 } });
  await timed.connect();
  say('timeout', await outcome(() => timed.blPop('empty', 1)));
  timed.destroy();
  const cut = createClient({ url, socket: { reconnectStrategy: false } });
  cut.on('error', (error) => order.push(`error ${error.message}`));
  await cut.connect();
  const waiting = outcome(() => cut.blPop('empty', 5));
  await new Promise(setImmediate);
  cut.destroy();
  say('cut off', await waiting);
  const nowhere = createClient({ url: 'redis://127.0.0.1:1', socket: { reconnectStrategy: false } });
  nowhere.on('error', (error) => order.push(`error ${error.code}`));
  const failed = once(nowhere, 'error');
  say('nowhere', await outcome(() => nowhere.connect()), (await failed)[0].code);
}

async function main() {
  const client = createClient({ url });
  client.on('error', (error) => order.push(`error ${error.message}`));
  await client.connect();
  await client.flushAll();
  await calls(client);
  await together(client);
  await streamsAndEvents(client);
  await pools();
  await troubles();
  say('cluster', shape(createCluster({ rootNodes: [{ url }] })).classes);
  say('listeners', listeners(client));
  await client.flushAll();
  await client.close();
  say('order', order);
}
main().catch((error) => say('main', failure(error)));
