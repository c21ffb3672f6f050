// How a program ends by itself. SERVICE=mysql://… node test/differential/programs/mysql2-endings.cjs unheard-error
const mysql = require('mysql2');
const promises = require('mysql2/promise');
const { trace } = require('@opentelemetry/api');
const connect = () => mysql.createConnection(process.env.SERVICE);
const WRONG = 'SELECT wrong FROM nothing';
const ENDINGS = {
  'unheard-query': () => connect().query(WRONG),
  'unheard-execute': () => connect().execute(WRONG),
  'unheard-stream': () => connect().query(WRONG).stream(),
  'unheard-pool'() {
    const pool = mysql.createPool(process.env.SERVICE);
    pool.query(WRONG).on('end', () => pool.end());
  },
  'unheard-connection': () => mysql.createConnection({ host: '127.0.0.1', port: 1 }),
  'unheard-closed'() {
    const connection = connect();
    connection.query('SELECT SLEEP(10)');
    connection.query('SELECT CONNECTION_ID()');
    mysql.createConnection(process.env.SERVICE).query('SELECT ID FROM information_schema.PROCESSLIST', function (_error, rows) {
      for (const { ID } of rows) if (ID !== this?._connection?.connectionId) this._connection.query(`KILL ${ID}`, () => {});
    });
  },
  'unhandled-query': async () => (await promises.createConnection(process.env.SERVICE)).query(WRONG),
  'unhandled-execute': async () => (await promises.createConnection(process.env.SERVICE)).execute(WRONG),
  'unhandled-pool': () => void promises.createPool(process.env.SERVICE).query(WRONG),
  'rejections-counted'() {
    let count = 0;
    process.on('unhandledRejection', () => count++);
    const pool = promises.createPool(process.env.SERVICE);
    for (let i = 0; i < 3; i++) void pool.query(WRONG);
    pool.query(WRONG).catch(() => {});
    setTimeout(() => void pool.end().then(() => console.log('unhandled', count)), 500);
  },
};
console.log(process.argv[2]);
// Later, for the frames of the API's own functions would stand in stack traces.
trace
  .getTracer('program')
  .startActiveSpan('work', (span) => setImmediate(() => setImmediate(() => span.end()) && ENDINGS[process.argv[2]]()));
