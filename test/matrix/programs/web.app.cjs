// Both are done with when the one request is: the bare run and the others must say the same.
module.exports = async function run(http, express, Pool, Redis) {
  const pool = new Pool({ connectionString: process.env.POSTGRES });
  const redis = new Redis(process.env.REDIS);
  const app = express();
  const orders = express.Router();
  orders.get('/:order', async (request, response) => {
    const { rows } = await pool.query('SELECT $1::int + 1 AS next', [request.params.order]);
    await redis.set(`order:${request.params.order}`, 'seen');
    const seen = await redis.get(`order:${request.params.order}`);
    const fetched = await (await fetch(`${base}/leaf/fetch`)).text();
    const got = await get('/leaf/get');
    response.json({ next: rows[0].next, seen, fetched, got });
  });
  app.use('/orders', orders);
  app.get('/leaf/:kind', (request, response) => response.send(`by ${request.params.kind}`));

  const server = http.createServer(app).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const base = `http://127.0.0.1:${server.address().port}`;
  function get(path) {
    return new Promise((resolve, reject) => {
      http
        .get(base + path, { agent: false }, (response) => {
          let text = '';
          response
            .setEncoding('utf8')
            .on('data', (chunk) => (text += chunk))
            .on('end', () => resolve(text));
        })
        .on('error', reject);
    });
  }

  console.log(await get('/orders/41'));
  console.error('a word on stderr');
  await pool.end();
  await redis.quit();
  server.close();
  server.closeAllConnections();
};
