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
  const broken = client.query(new QueryStream('SELECT wrong FROM nothing'));
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
  for (const name of ['connect', 'acquire', 'release', 'remove']) pool.on(name, () => order.push([name]));
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
  await Promise.all(Array.from({ length: 6 }, (_, id) => pool.query('SELECT $1::int', [id]).then(() => order.push(['pooled', id]))));
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

trace.getTracer('program').startActiveSpan('work', async (span) => {
  await clients();
  await pools();
  for (const line of order) say('order', line);
  span.end();
  if (process.env.END === 'throw') void new pg.Pool({ connectionString }).query('SELECT nobody FROM hears');
});
