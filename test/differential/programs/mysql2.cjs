// SERVICE=mysql://… node test/differential/programs/mysql2.cjs
const { once } = require('node:events');
const { promisify } = require('node:util');
const mysql = require('mysql2');
const promises = require('mysql2/promise');
const { trace } = require('@opentelemetry/api');
const { say, shape, listeners, failure, deepFreeze, outcome } = require('./show.cjs');

const order = [];
const config = { uri: process.env.SERVICE, multipleStatements: true };

async function callbacks() {
  const connection = mysql.createConnection(config);
  await promisify(connection.connect).call(connection);
  say('connection', shape(connection).classes, listeners(connection));
  const ask = (method, ...args) =>
    new Promise((resolve) => {
      const command = connection[method](...args, function (error, rows, fields) {
        order.push(`${method} callback`);
        const self = this === undefined ? 'none' : this.constructor.name;
        resolve(
          say(
            `${method} ${args.length}`,
            error ? failure(error) : rows,
            shape(rows),
            fields?.map((field) => field.name),
            arguments.length,
            self,
          ),
        );
      });
      order.push(`${method} returned`);
      say(`  returned`, shape(command), listeners(command), typeof command.onResult, typeof command.emit);
    });
  for (const method of ['query', 'execute']) {
    await ask(method, 'SELECT 1 AS one');
    await ask(method, 'SELECT ? AS one', [2]);
    const options = deepFreeze({ sql: 'SELECT ? AS one', values: [3] });
    await ask(method, options);
    say('options', options);
    await ask(method, { sql: 'SELECT ? AS one', rowsAsArray: true }, [4]);
    await ask(method, { sql: 'SELECT :one AS one', namedPlaceholders: true }, { one: 5 });
    await ask(method, 'SELECT wrong FROM nothing');
    await ask(method, 'SELECT 1 AS none FROM DUAL WHERE 1 = 0');
  }
  await ask('query', 'SELECT 1 AS a; SELECT 2 AS b');
  const own = mysql.createQuery('SELECT 6 AS six', [], (error, rows) => say('own query', error, rows), {});
  const { onResult } = own;
  say('own query returned', connection.query(own) === own);
  await once(own, 'end');
  await new Promise(setImmediate);
  say('own query afterwards', own.onResult === onResult, Object.keys(own).join());
  for (const make of [
    () => connection.execute('SELECT ?', [undefined]),
    () => connection.execute('SELECT ?', { a: 1 }),
    () => connection.query(),
  ])
    say('misused', await outcome(make));
  await promisify(connection.ping)
    .call(connection)
    .then((result) => say('ping', result));
  await promisify(connection.changeUser)
    .call(connection, { database: 'test' })
    .then((result) => say('change user', result));
  const statement = await promisify(connection.prepare).call(connection, 'SELECT ? + 1 AS next');
  say('prepared', shape(statement).classes, await promisify(statement.execute).call(statement, [1]));
  statement.close();
  say('unprepared', connection.unprepare('SELECT ? + 1 AS next') !== undefined);
  say('timeout', await promisify(connection.query).call(connection, { sql: 'SELECT SLEEP(1)', timeout: 50 }).catch(failure));
  await promisify(connection.end).call(connection);
  connection.query('SELECT 1', (error) => say('closed', failure(error)));
}

async function streams() {
  const connection = mysql.createConnection(config);
  const events = [];
  const query = connection.query('SELECT 1 AS n UNION SELECT 2');
  for (const event of ['fields', 'result', 'end', 'error']) query.on(event, () => events.push(event));
  say('emitter', shape(query), listeners(query), query.emit.name);
  await once(query, 'end');
  say('events', events.join());
  const heard = connection.query('SELECT wrong FROM nothing');
  const [error] = await once(heard, 'error').then(
    ([each]) => [each],
    (each) => [each],
  );
  say('heard error', failure(error), listeners(heard));
  const gone = connection.execute('SELECT 1 AS n');
  const listener = () => say('removed listener is called');
  gone.on('result', listener).off('result', listener);
  await once(gone, 'end');
  say('removed', listeners(gone));
  for (const method of ['query', 'execute']) {
    const rows = [];
    const stream = connection[method]('SELECT 1 AS n UNION SELECT 2 UNION SELECT 3').stream({ highWaterMark: 1 });
    say('stream', shape(stream).classes, listeners(stream));
    for await (const row of stream) rows.push(row.n);
    say('rows', rows);
  }
  for await (const row of connection.query('SELECT 1 AS n UNION SELECT 2').stream()) {
    say('left early', row);
    break;
  }
  say('stream error', failure(await once(connection.query('SELECT wrong FROM nothing').stream().resume(), 'end').catch((each) => each)));
  const prepared = connection.execute('SELECT wrong FROM nothing');
  say('prepare error', failure(await once(prepared, 'end').catch((each) => each)));
  connection.destroy();
}

async function promised() {
  const connection = await promises.createConnection(config);
  say('promise connection', shape(connection).classes);
  say('query', await outcome(() => connection.query('SELECT 1 AS one').then(([rows]) => rows)));
  say('execute', await outcome(() => connection.execute('SELECT ? AS one', [1]).then(([rows]) => rows)));
  say('query error', await outcome(() => connection.query('SELECT wrong FROM nothing')));
  say('execute error', await outcome(() => connection.execute('SELECT wrong FROM nothing')));
  say('callback misused', await outcome(() => connection.query('SELECT 1', () => {})));
  await connection.query('CREATE TEMPORARY TABLE kept (n INT)');
  await connection.beginTransaction();
  say('insert', await connection.query('INSERT INTO kept VALUES (?), (?)', [1, 2]).then(([result]) => [shape(result), result]));
  await connection.rollback();
  await connection.beginTransaction();
  await connection.execute('INSERT INTO kept VALUES (?)', [3]);
  await connection.commit();
  say('kept', await connection.query('SELECT * FROM kept').then(([rows]) => rows));
  const statement = await connection.prepare('SELECT ? AS n');
  say('statement', await statement.execute([7]).then(([rows]) => rows));
  await statement.close();
  await connection.end();
}

async function pools() {
  const pool = mysql.createPool({ ...config, connectionLimit: 2, queueLimit: 3 });
  const heard = [];
  for (const event of ['acquire', 'connection', 'enqueue', 'release']) pool.on(event, () => heard.push(event));
  const done = [];
  const answer = (name) =>
    new Promise((resolve) =>
      pool.query('SELECT SLEEP(0.02) AS s', (error) => resolve(done.push(error ? `${name} ${error.message}` : name))),
    );
  await Promise.all(['a', 'b', 'c', 'd', 'e', 'f'].map(answer));
  say('pool', done.toSorted(), heard.toSorted(), listeners(pool));
  const borrowed = await promisify(pool.getConnection).call(pool);
  say('borrowed', shape(borrowed).classes, listeners(borrowed));
  borrowed.release();
  const emitter = pool.query('SELECT 1 AS n');
  say('pool emitter', listeners(emitter));
  await once(emitter, 'end');
  say(
    'pool execute',
    pool.execute('SELECT 1', () => {}),
  );
  say('pool error', failure(await new Promise((resolve) => pool.query('SELECT wrong FROM nothing', resolve))));
  const easy = pool.promise();
  say(
    'pool promise',
    await outcome(() => easy.query('SELECT 1 AS n').then(([rows]) => rows)),
    await outcome(() => easy.execute('SELECT wrong FROM nothing')),
  );
  await easy.end();
  say('closed pool', await outcome(() => easy.query('SELECT 1')));
  const refused = mysql.createPool({ host: '127.0.0.1', port: 1 });
  say('refused', failure(await new Promise((resolve) => refused.query('SELECT 1', resolve))).code);
  refused.end();
  const cluster = mysql.createPoolCluster();
  cluster.add('one', config);
  cluster.add('two', config);
  const single = await promisify(cluster.getConnection).call(cluster, 'one');
  say('cluster', await promisify(single.query).call(single, 'SELECT 1 AS n'));
  single.release();
  const namespace = cluster.of('*', 'ORDER');
  say(
    'namespace',
    await promisify(namespace.query).call(namespace, 'SELECT 2 AS n'),
    await promisify(namespace.execute).call(namespace, 'SELECT ? AS n', [3]),
  );
  say('no such node', failure(await new Promise((resolve) => cluster.of('none').query('SELECT 1', resolve))));
  await promisify(cluster.end).call(cluster);
}

trace.getTracer('program').startActiveSpan('work', async (span) => {
  await callbacks();
  await streams();
  await promised();
  await pools();
  say('order', order.join());
  span.end();
});
