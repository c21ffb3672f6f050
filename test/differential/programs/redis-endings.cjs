// SERVICE=redis://… node test/differential/programs/redis-endings.cjs ENDING
const { createClient } = require('redis');
const { failure } = require('./show.cjs');

const client = createClient({ url: process.env.SERVICE });
const work = require('@opentelemetry/api').trace.getTracer('program');
const endings = {
  'unhandled-command': () => client.lPush('text', 'x'),
  'unhandled-raw': () => client.sendCommand(['LPUSH', 'text', 'x']),
  'unhandled-transaction': () => client.multi().set('text', 'a').lPush('text', 'x').exec(),
  'unhandled-pipeline': () => client.multi().lPush('text', 'x').execAsPipeline(),
  'unheard-error': () => client.emit('error', new Error('nobody listens')),
  'rejections-counted': async () => {
    const seen = [];
    process.on('unhandledRejection', (error) => seen.push(failure(error)));
    client.lPush('text', '1');
    client.lPush('text', '2').catch(() => {});
    client.sendCommand(['LPUSH', 'text', '3']);
    await client.ping();
    setImmediate(() => setImmediate(() => (console.log(seen), client.destroy())));
  },
};
client.connect().then(async () => {
  await client.set('text', 'a');
  if (process.argv[2] === 'unheard-error') return endings['unheard-error']();
  work.startActiveSpan('work', (span) => (endings[process.argv[2]](), span.end()));
});
