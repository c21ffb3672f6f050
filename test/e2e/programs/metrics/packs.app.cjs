// Has each pack record each of its metrics, as an application would, and says what came of it. Run by packs.cjs and packs.mjs.
const { EventEmitter } = require('node:events');
const http = require('node:http');

const failure = Object.assign(new Error('of alice@example.com'), { code: 'ECONNRESET' });
const failing = () => Promise.reject(failure);
const said = [];

module.exports = async function run(metrics) {
  await serve(metrics);
  await database(metrics);
  await caches(metrics);
  await queues(metrics);
  await transfers(metrics);
  await assistant(metrics);
  await bot(metrics);
  await payments(metrics);
  business(metrics);
  await calls(metrics);
  console.log(JSON.stringify(said));
};

async function serve({ watchServer }) {
  const server = http.createServer((request, response) => request.resume().on('end', () => response.end('hello')));
  watchServer(server, { route: () => '/users/:id', user: () => 'alice' });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const answer = await new Promise((resolve) => {
    http.request({ port: server.address().port, method: 'POST', path: '/users/4711?token=abc' }, resolve).end('{}');
  });
  answer.resume();
  await new Promise((resolve) => answer.on('end', resolve));
  await new Promise((resolve) => server.close(resolve));
}

async function database({ databaseMetrics, watchPool }) {
  globalThis.pool = { totalCount: 3, idleCount: 2, waitingCount: 1, options: { max: 4 } };
  watchPool(globalThis.pool, { name: 'orders', system: 'postgresql' });
  const db = databaseMetrics({ system: 'postgresql', slowMs: 0 });
  said.push(await db.measure('SELECT', async () => 'rows'));
  db.observeLockWaits('orders', () => 2);
}

async function caches({ cacheMetrics, watchCache }) {
  const prices = (globalThis.prices = watchCache(Object.assign(new Map(), { calculatedSize: 64 }), { name: 'prices' }));
  said.push(prices.set('a', 1).get('a'), prices.get('b') ?? 'none', prices.size, [...prices.keys()], prices instanceof Map);
  cacheMetrics({ name: 'prices' }).evicted('ttl');
}

async function queues({ queueMetrics, watchQueue, watchWorker }) {
  const mails = queueMetrics({ name: 'mails' });
  said.push(await mails.process(async () => 'sent'), await mails.process(failing).catch((error) => error.code));
  mails.waited(0.5);
  mails.dead(failure);
  mails.observe(() => ({ waiting: 2, failed: 1 }));
  watchQueue({ name: 'bull', getJobCounts: async () => ({ waiting: 2, prioritized: 1, failed: 3, completed: 99 }) });
  const worker = Object.assign(new EventEmitter(), { name: 'bull' });
  watchWorker(worker);
  const job = { id: '1', timestamp: 1000, processedOn: 3000, attemptsMade: 1, opts: { attempts: 1 } };
  worker.emit('active', job);
  worker.emit('failed', job, failure);
}

async function transfers({ transferMetrics }) {
  const downloads = transferMetrics({ kind: 'invoice' });
  for await (const chunk of downloads.count([Buffer.alloc(1000), Buffer.alloc(24)])) said.push(chunk.length);
  downloads.begin().end(failure);
}

async function assistant({ aiMetrics }) {
  const chat = aiMetrics({ provider: 'local', model: 'tiny-1' });
  const answer = { usage: { prompt_tokens: 12, completion_tokens: 3 }, choices: [{ message: { content: 'hello' } }] };
  said.push((await chat.call(async () => answer)) === answer);
  await chat.call(failing).catch(() => {});
  chat.cacheHit();
}

async function bot({ botMetrics }) {
  const middleware = botMetrics({ commands: ['start'] }).middleware();
  const update = (text) => ({ from: { id: 4711 }, message: { text, entities: [{ type: 'bot_command', offset: 0, length: text.length }] } });
  await middleware(update('/start@the_bot'), async () => {});
  await middleware(update('/secret-4711'), failing).catch(() => {});
}

async function payments({ paymentMetrics, subscriptionMetrics }) {
  const stripe = paymentMetrics({ provider: 'stripe' });
  said.push(await stripe.charge({ currency: 'EUR', amountMinor: 1990 }, async () => 'paid'));
  await stripe.charge({ currency: 'EUR', amountMinor: 500 }, failing).catch(() => {});
  stripe.available(true);
  const subscriptions = subscriptionMetrics();
  subscriptions.changed('created', 'pro');
  subscriptions.observeActive(() => ({ pro: 12 }));
}

function business({ businessMetrics, errorMetrics, userMetrics }) {
  const figures = businessMetrics();
  figures.conversionRate(0.04);
  figures.churnRate(0.02);
  figures.lifetimeValue(12_900, 'EUR');
  figures.referralRevenue(500, 'EUR');
  errorMetrics({ module: 'checkout' }).record(failure);
  const users = userMetrics();
  for (const id of ['alice', 'bob', 'alice']) users.seen(id);
  users.registered('web');
  users.loggedIn('password', 'failure');
}

async function calls({ active, counted, timed }) {
  const work = active(
    'work.active',
    counted(
      'work.calls',
      timed('work.duration', async (what) => what),
    ),
  );
  said.push(await work('worked'), work.name, work.length);
}
