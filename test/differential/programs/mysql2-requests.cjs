// SERVICE=mysql://… node --require signalbox/register test/differential/programs/mysql2-requests.cjs 50
const http = require('node:http');
const mysql = require('mysql2');
const { trace } = require('@opentelemetry/api');
const tracer = trace.getTracer('program');
const pool = mysql.createPool({ uri: process.env.SERVICE, connectionLimit: 2 });
const note = (id) => tracer.startSpan(`after ${id}`).end();
const server = http.createServer((request, response) => {
  const id = request.url.slice(1);
  let left = 5;
  const done = () => {
    note(id);
    if (--left === 0) response.end();
  };
  pool.query(`SELECT 'query' -- ${id}`, done);
  pool.execute('SELECT ? AS executed', [id], done);
  pool.execute('SELECT wrong FROM nothing', done);
  pool
    .query('SELECT 1 UNION SELECT 2')
    .on('result', () => note(id))
    .on('end', done);
  pool.getConnection((_error, connection) => {
    note(id);
    connection
      .promise()
      .query('SELECT 3')
      .then(() => (connection.release(), done()));
  });
});
server.listen(0, '127.0.0.1', async () => {
  const get = (id) =>
    new Promise((resolve) =>
      http.get({ port: server.address().port, host: '127.0.0.1', path: `/${id}`, agent: false }, (response) =>
        response.resume().on('end', resolve),
      ),
    );
  await Promise.all(Array.from({ length: Number(process.argv[2]) }, (_, id) => get(id)));
  server.close();
  pool.end();
});
