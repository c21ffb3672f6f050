// 20 requests at once, each asking within a span of its own, and the ways in which a call ends.
// node --require signalbox/register test/differential/programs/openai-spans.cjs
const http = require('node:http');
const { OpenAI } = require('openai');
const { trace } = require('@opentelemetry/api');

const usage = { prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 };
const server = http.createServer((request, response) => {
  let body = '';
  request
    .on('data', (part) => (body += part))
    .on('end', () => {
      const { model, stream } = JSON.parse(body);
      if (model === 'refused') return response.writeHead(401, { 'content-type': 'application/json' }).end('{"error":{"message":"no key"}}');
      if (stream !== true)
        return response.writeHead(200, { 'content-type': 'application/json' }).end(
          JSON.stringify({
            id: 'c1',
            model: 'answering',
            choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'an answer' } }],
            usage,
          }),
        );
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      for (const part of [
        { choices: [{ delta: { content: 'an answer' } }] },
        { choices: [{ delta: {}, finish_reason: 'length' }] },
        { choices: [], usage },
      ])
        response.write(`data: ${JSON.stringify({ id: 's1', model: 'answering', ...part })}\n\n`);
      response.end('data: [DONE]\n\n');
    });
});
server.listen(0, '127.0.0.1', async () => {
  const client = new OpenAI({ apiKey: 'none', baseURL: `http://127.0.0.1:${server.address().port}/v1`, maxRetries: 0 });
  const create = (model, more) =>
    client.chat.completions.create({
      model,
      temperature: 0.5,
      max_tokens: 9,
      messages: [{ role: 'user', content: 'a question' }],
      ...more,
    });
  const within = (name, fn) =>
    trace.getTracer('program').startActiveSpan(name, async (span) => {
      try {
        await fn();
      } catch {
      } finally {
        span.end();
      }
    });
  await Promise.all(Array.from({ length: 20 }, (_, id) => within(`request ${id}`, () => create(`model-${id}`))));
  await within('streaming', async () => {
    for await (const _ of await create('streamed', { stream: true }));
  });
  await within('leaving', async () => {
    for await (const _ of await create('left', { stream: true })) break;
  });
  await within('raw', async () => (await create('raw').asResponse()).text());
  await within('failing', () => create('refused'));
  server.closeAllConnections();
  server.close();
});
