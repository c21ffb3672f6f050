// SERVICE=mysql://… node test/differential/programs/mysql.cjs
const { once } = require('node:events');
const mysql = require('mysql');
const { trace } = require('@opentelemetry/api');
const { say, shape, listeners, failure, deepFreeze } = require('./show.cjs');

const order = [];
const plain = (rows) => JSON.parse(JSON.stringify(rows ?? null));
const call = (object, method, ...args) =>
  new Promise((resolve) => {
    const returned = object[method](...args, function (error, ...rest) {
      order.push([`${method} callback`, arguments.length, this?.constructor?.name]);
      resolve([error ? failure(error) : plain(rest[0]), returned && shape(returned).classes, returned?.eventNames && listeners(returned)]);
    });
    order.push([`${method} returned`]);
  });

trace.getTracer('program').startActiveSpan('work', async (span) => {
  const connection = mysql.createConnection(`${process.env.SERVICE}?multipleStatements=true`);
  say('connection', shape(connection).classes, listeners(connection));
  say('connect', (await call(connection, 'connect'))[1]);
  const options = deepFreeze({ sql: 'SELECT ? AS one', values: [3] });
  for (const args of [
    ['SELECT 1 AS one'],
    ['SELECT ? AS one', [2]],
    [{ sql: 'SELECT ? AS one' }, [4]],
    ['SELECT wrong FROM nothing'],
    ['SELECT 1 AS a; SELECT 2 AS b'],
  ])
    say('query', args, ...(await call(connection, 'query', ...args)));
  say('options', options, ...(await call(connection, 'query', { ...options })), shape(options));
  const events = [];
  const query = connection.query('SELECT 1 AS one UNION SELECT 2');
  query.on('result', (row) => events.push(plain(row))).on('fields', (fields) => events.push(fields.map(({ name }) => name)));
  say('emitter', shape(query).classes, listeners(query));
  await once(query, 'end');
  say('events', events);
  const wrong = connection.query('SELECT wrong FROM nothing');
  say('wrong', failure((await once(wrong, 'error'))[0]));
  const rows = [];
  const stream = connection.query('SELECT 1 AS one UNION SELECT 2').stream();
  await once(
    stream.on('data', (row) => rows.push(plain(row))),
    'end',
  );
  say('stream', rows);
  say('transaction', await call(connection, 'beginTransaction'), await call(connection, 'rollback'), await call(connection, 'ping'));
  say('listeners', listeners(connection));
  const pool = mysql.createPool(`${process.env.SERVICE}?connectionLimit=2`);
  // Two connections answer in any order.
  const pooled = [];
  for (const name of ['acquire', 'connection', 'enqueue', 'release']) pool.on(name, () => pooled.push(name));
  say('pool', shape(pool).classes, listeners(pool));
  say('pooled', ...(await call(pool, 'query', 'SELECT ? AS one', [5])));
  await Promise.all(
    Array.from({ length: 6 }, (_, id) => call(pool, 'query', 'SELECT ? AS one', [id]).then(([rows]) => pooled.push(rows[0].one))),
  );
  await new Promise((resolve) =>
    pool.getConnection((error, one) => {
      say('of the pool', error, shape(one).classes, listeners(one));
      one.release();
      resolve();
    }),
  );
  const cluster = mysql.createPoolCluster();
  cluster.add('A', process.env.SERVICE);
  say('cluster', shape(cluster).classes, await call(cluster.of('A'), 'query', 'SELECT 1 AS one'));
  for (const each of [pool, cluster, connection]) await call(each, 'end');
  say('ended', (await call(connection, 'query', 'SELECT 1'))[0]);
  say('pooled', pooled.sort());
  for (const line of order) say('order', line);
  span.end();
  if (process.env.END === 'throw') mysql.createConnection(process.env.SERVICE).query('SELECT nobody FROM hears');
});
