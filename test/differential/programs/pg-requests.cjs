// SERVICE=postgresql://… node --require signalbox/register test/differential/programs/pg-requests.cjs 50
const { Pool } = require('pg');
const Cursor = require('pg-cursor');
const { askTogether, note } = require('./requests.cjs');

const pool = new Pool({ connectionString: process.env.SERVICE, max: 2 });
void askTogether(async (id) => {
  const after = () => note(id);
  await Promise.all([
    pool.query("SELECT 'query'").then(after),
    pool.query('SELECT $1::text', [id]).then(after),
    pool.query('SELECT wrong FROM nothing').catch(after),
    new Promise((resolve) => pool.query('SELECT 1 + 1', () => resolve(after()))),
    new Promise((resolve, reject) =>
      pool.connect((error, client, release) => {
        if (error) return reject(error);
        after();
        client.query('SELECT 2 + 2').then(after).finally(release).then(resolve, reject);
      }),
    ),
    pool.connect().then(async (client) => {
      const cursor = client.query(new Cursor('SELECT 3 + 3'));
      await cursor.read(9);
      await cursor.close();
      after();
      client.release();
    }),
  ]);
}).then(() => pool.end());
