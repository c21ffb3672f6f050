// SERVICE=postgresql://… node test/differential/programs/pg.cjs
const { once } = require('node:events');
const pg = require('pg');
const Cursor = require('pg-cursor');
const QueryStream = require('pg-query-stream');
const { trace } = require('@opentelemetry/api');
const { say, shape, listeners, failure, deepFreeze, outcome } = require('./show.cjs');

const connectionString = process.env.SERVICE;
const order = [];
const result = (found) =>
  found && [
    shape(found).classes,
    Object.keys(found).sort().join(),
    found.command,
    found.rowCount,
    found.rows,
    found.fields.map(({ name }) => name),
  ];

async function clients() {
  const client = new pg.Client({ connectionString });
  say('client', shape(client).classes, listeners(client), client.query.length, client.connect.length);
  const connecting = client.connect();
  say('connect', shape(connecting).classes, (await connecting) === client);
  say('connected', listeners(client), Object.keys(client).sort().join());
  const config = deepFreeze({ text: 'SELECT $1::int AS one', values: [1] });
  for (const args of [
    ['SELECT 1 AS one'],
    ['SELECT $1::int AS one', [2]],
    [config],
    [{ text: 'SELECT $1::int AS one' }, [3]],
    [deepFreeze({ name: 'named', text: 'SELECT $1::int AS one', values: [4] })],
    [deepFreeze({ text: 'SELECT 1 AS one, 2 AS two', rowMode: 'array' })],
    ['SELECT 1 AS a; SELECT 2 AS b'],
    ["NOTIFY topic, 'x'"],
    [''],
    ['SELECT wrong FROM nothing'],
    ['SELECT 1 / 0'],
  ]) {
    const answer = await outcome(() => client.query(...args));
    say('promise', args, answer.rejects ?? [answer.native, [answer.resolves].flat().map(result)]);
    await new Promise((resolve) => {
      const returned = client.query(...args, function (error, found) {
        order.push(['callback', arguments.length, this?.constructor?.name]);
        say('callback', error ? failure(error) : [found].flat().map(result));
        resolve();
      });
      order.push(['returned', returned === undefined, shape(returned)?.classes]);
    });
  }
  for (const args of [[], [null], [undefined], [{}], [7]]) say('misused', await outcome(() => client.query(...args)));
  say('config afterwards', config, shape(config));
  const own = new pg.Query('SELECT 6 AS six');
  const seen = [];
  own.on('row', (row) => seen.push(row)).on('end', () => seen.push('end'));
  say('own query', client.query(own) === own, listeners(own));
  await once(own, 'end');
  say('own query', seen, listeners(own));
  const wrong = new pg.Query('SELECT wrong FROM nothing');
  say('own wrong', client.query(wrong) === wrong, failure((await once(wrong, 'error'))[0]));
  const cursor = client.query(new Cursor('SELECT * FROM generate_series(1, 5) AS n'));
  say('cursor', shape(cursor).classes, await cursor.read(2), await cursor.read(9), await cursor.close());
  const left = client.query(new Cursor('SELECT * FROM generate_series(1, 5) AS n'));
  say('cursor left', await left.read(1), await left.close());
  const stream = client.query(new QueryStream('SELECT * FROM generate_series(1, 5) AS n', [], { batchSize: 2 }));
  const rows = [];
  for await (const row of stream) rows.push(row.n);
  say('stream', rows);
  // Nobody is told of the error before somebody reads.
  const broken = client.query(new QueryStream('SELECT wrong FROM nothing')).resume();
  say('broken stream', failure((await once(broken, 'error'))[0]));
  client.on('notification', ({ channel, payload }) => order.push(['notified', channel, payload]));
  await client.query('LISTEN topic');
  await client.query("NOTIFY topic, 'told'");
  await client.query('BEGIN');
  await client.query('SAVEPOINT a').then(() => client.query('ROLLBACK TO a'));
  await client.query('ROLLBACK');
  await Promise.all(Array.from({ length: 5 }, (_, id) => client.query('SELECT $1::int', [id]).then(() => order.push(['in turn', id]))));
  say('listeners', listeners(client));
  say('end', await outcome(() => client.end()));
  say('ended', await outcome(() => client.query('SELECT 1')));
}

async function pools() {
  const pool = new pg.Pool({ connectionString, max: 2 });
  say('pool', shape(pool).classes, listeners(pool), pool.query.length, pool.connect.length);
  let events = order;
  for (const name of ['connect', 'acquire', 'release']) pool.on(name, () => events.push([name]));
  say('query', result((await outcome(() => pool.query('SELECT $1::int AS one', [1]))).resolves));
  say('wrong', (await outcome(() => pool.query('SELECT wrong FROM nothing'))).rejects);
  await new Promise((resolve) => {
    const returned = pool.query('SELECT 2 AS two', function (error, found) {
      say('pool callback', error, result(found), arguments.length);
      resolve();
    });
    say('pool returned', returned);
  });
  const client = await pool.connect();
  say('client of pool', shape(client).classes, listeners(client), client.release.length);
  client.release();
  say('released twice', await outcome(async () => client.release()));
  await new Promise((resolve) =>
    pool.connect((error, other, release) => {
      say('connect callback', error, other === client, release.name, release.length);
      release();
      resolve();
    }),
  );
  // Which of two connections is sooner is chance.
  const atOnce = (events = []);
  await Promise.all(Array.from({ length: 6 }, (_, id) => pool.query('SELECT $1::int', [id]).then(() => atOnce.push(['pooled', id]))));
  events = order;
  order.push(...atOnce.map(String).sort());
  say('listeners of pool', listeners(pool), Reflect.ownKeys(pool).map(String).sort().join());
  say('counts', pool.totalCount, pool.idleCount, pool.waitingCount);
  const gone = await pool.connect();
  gone.on('error', () => {});
  await outcome(() => gone.query('SELECT pg_terminate_backend(pg_backend_pid())')).then(({ rejects }) =>
    say('terminated', rejects.code, rejects.message),
  );
  gone.release(true);
  say('end', await outcome(() => pool.end()), await outcome(() => pool.query('SELECT 1')));
  const refused = new pg.Pool({ host: '127.0.0.1', port: 1, max: 1 });
  say('refused', (await outcome(() => refused.query('SELECT 1'))).rejects);
  await refused.end();
}

/** A class of the caller's, another promise, configurations with a callback, what is given up, and errors on the way. */
async function unusual() {
  class OwnPromise extends Promise {}
  class OwnClient extends pg.Client {
    query(...args) {
      order.push(['own client', args.length]);
      return super.query(...args);
    }
  }
  const client = new OwnClient({ connectionString, Promise: OwnPromise, query_timeout: 500 });
  await client.connect();
  const promise = client.query('SELECT 1 AS one');
  say('own promise', shape(promise).classes, promise instanceof OwnPromise, result(await promise));
  say('own rejection', (await outcome(() => client.query('SELECT wrong FROM nothing'))).rejects);
  for (const text of ['SELECT 1 AS one', 'SELECT wrong FROM nothing'])
    await new Promise((resolve) => {
      const config = Object.freeze({
        text,
        callback(...args) {
          say('callback of a frozen configuration', args.length, args[0]?.code, result(args[1]), config.callback.name);
          resolve();
        },
      });
      say(
        'returned',
        outcomeOf(() => client.query(config)),
      );
    });
  const shared = { text: 'SELECT $1::text AS t', values: ['shared'], types: undefined };
  const found = await Promise.all([client.query(shared), client.query(shared), client.query({ ...shared, values: ['other'] })]);
  say(
    'shared',
    found.map(({ rows }) => rows),
    shared,
  );
  const slow = await outcome(() => client.query('SELECT pg_sleep(1)'));
  say('too slow', slow.rejects);
  await client.end().catch(() => {});
  const other = new pg.Client({ connectionString });
  await other.connect();
  const query = new pg.Query('SELECT 1 AS one', function (...args) {
    say('callback of a query', args.length, this === query, result(args[1]));
  });
  const { callback } = query;
  const ended = once(query, 'end');
  say('query returned', other.query(query) === query, query.callback === callback, Reflect.ownKeys(query).map(String).sort().join());
  await ended;
  const circular = {};
  circular.self = circular;
  say('not to be sent', (await outcome(() => other.query('SELECT $1::json', [circular]))).rejects?.name);
  const thrown = new Error('of a value');
  const value = {
    toPostgres() {
      throw thrown;
    },
  };
  await outcome(() => other.query('SELECT $1::json', [value])).then(({ rejects, throws }) => say('value throws', rejects, throws));
  const types = { getTypeParser: () => (text) => `parsed ${text}` };
  say('own types', result(await other.query({ text: 'SELECT 1 AS one', types })));
  const cursor = other.query(new Cursor('SELECT * FROM generate_series(1, 3) AS n'));
  await new Promise((resolve) => {
    cursor.read(2, function (...args) {
      say('cursor callback', args.length, args[1], args[2]?.command);
      cursor.close((...closed) => resolve(say('cursor closed', closed.length)));
    });
  });
  const stream = other.query(new QueryStream('SELECT * FROM generate_series(1, 500) AS n'));
  for await (const { n } of stream) if (n === 3) break;
  say('stream left', stream.destroyed, listeners(stream), Reflect.ownKeys(stream).map(String).sort().join());
  say('listeners', listeners(other), Reflect.ownKeys(other).map(String).sort().join());
  say('in turn', await Promise.all([1, 2, 3].map((n) => other.query('SELECT $1::int AS n', [n]).then(({ rows }) => rows[0].n))));
  await other.end();
  say('prototypes', Object.keys(pg.Client.prototype), Object.keys(pg.Query.prototype), Object.keys(pg.Pool.prototype));
  say('functions', pg.Client.prototype.query.name, pg.Pool.prototype.connect.name, pg.Pool.prototype.connect.length);
}

const outcomeOf = (make) => {
  try {
    return make() === undefined;
  } catch (error) {
    return failure(error);
  }
};

trace.getTracer('program').startActiveSpan('work', async (span) => {
  await clients();
  await pools();
  await unusual();
  for (const line of order) say('order', line);
  span.end();
  if (process.env.END === 'throw') void new pg.Pool({ connectionString }).query('SELECT nobody FROM hears');
});
