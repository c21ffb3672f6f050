// SERVICE=mysql://… node --require signalbox/register test/differential/programs/mysql-requests.cjs 50
const mysql = require('mysql');
const { askTogether, note } = require('./requests.cjs');

const pool = mysql.createPool(`${process.env.SERVICE}?connectionLimit=2`);
void askTogether(
  (id) =>
    new Promise((resolve) => {
      let left = 4;
      const done = () => {
        note(id);
        if (--left === 0) resolve();
      };
      pool.query("SELECT 'query'", done);
      pool.query('SELECT wrong FROM nothing', done);
      pool
        .query('SELECT 1 UNION SELECT 2')
        .on('result', () => note(id))
        .on('end', done);
      pool.getConnection((_error, connection) => {
        note(id);
        connection.query('SELECT 3', () => {
          connection.release();
          done();
        });
      });
    }),
).then(() => pool.end());
