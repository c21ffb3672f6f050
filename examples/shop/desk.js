// The customers' desk: a bot that answers questions, sells a subscription and sends invoices.
//
// PORT  default 8082; 0 takes a free one
import Fastify from 'fastify';
import winston from 'winston';
import { botMetrics, errorMetrics, watchServer } from 'signalbox/metrics';
import { signIn } from './desk/accounts.js';
import { answer } from './desk/assistant.js';
import { fetchInvoice } from './desk/invoices.js';
import { sendLetter, stopSending } from './desk/letters.js';
import { outages } from './desk/outages.js';
import { cancel, subscribe } from './desk/subscriptions.js';

const { PORT = '8082', LOG_LEVEL = 'info' } = process.env;

const logger = winston.createLogger({
  level: LOG_LEVEL,
  defaultMeta: { service: 'desk' },
  format: winston.format.combine(winston.format.timestamp(), winston.format.json()),
  transports: [new winston.transports.Console()],
});

const bot = botMetrics({ commands: ['start', 'login', 'subscribe', 'cancel', 'invoice', 'letter'] });
const errors = errorMetrics({ module: 'desk' });
const watchUpdate = bot.middleware();

const app = Fastify();

/** What the messenger sends for each message: the update of a bot. */
app.post('/updates', async (request) => {
  const update = request.body;
  let reply;
  await watchUpdate({ from: update.message.from, message: update.message }, async () => {
    reply = await handle(update.message.text, update.message.from.id);
  });
  return { reply };
});

/** `{"payments": true}` and the like: see docs/alerts.md. */
app.post('/outages', async (request) => {
  for (const name of Object.keys(outages)) outages[name] = request.body[name] ?? outages[name];
  return outages;
});

/** A file to download, as a supplier's server would have it. */
app.get('/files/:name', async (request, reply) => reply.type('text/plain').send(`Invoice ${request.params.name}\n`.repeat(2000)));

async function handle(text, customer) {
  const [command, argument, friend] = text.split(' ');
  switch (command) {
    case '/start':
      return 'Ask me anything about lamps.';
    case '/login':
      return signIn(argument);
    case '/subscribe':
      return await subscribe(argument, friend);
    case '/cancel':
      return cancel(argument);
    case '/invoice':
      return `Your invoice has ${await fetchInvoice(`${url()}/files/${argument}`)} bytes.`;
    case '/letter':
      sendLetter({ customer, address: argument });
      return 'It is on its way.';
    default:
      return await answer(text);
  }
}

app.setErrorHandler((error, request, reply) => {
  errors.record(error);
  logger.error('update failed', { error: error.message });
  return reply.code(500).send({ error: 'internal error' });
});

watchServer(app.server, { user: (request) => request.headers['x-customer'] });
await app.listen({ port: Number(PORT), host: '127.0.0.1' });
const url = () => `http://127.0.0.1:${app.server.address().port}`;
logger.info('desk listening', { port: app.server.address().port });

let stopping = false;
for (const signal of ['SIGTERM', 'SIGINT']) {
  process.on(signal, async () => {
    if (stopping) return;
    stopping = true;
    logger.info('desk stopping', { signal });
    await app.close();
    await stopSending();
  });
}
