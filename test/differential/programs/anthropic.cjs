// node --require signalbox/register test/differential/programs/anthropic.cjs
const http = require('node:http');
const { Anthropic } = require('@anthropic-ai/sdk');
const { trace } = require('@opentelemetry/api');
const { say, shape, deepFreeze, outcome } = require('./show.cjs');

const message = { id: 'm1', type: 'message', role: 'assistant', model: 'answering', content: [{ type: 'text', text: 'an answer' }] };
const whole = { ...message, stop_reason: 'end_turn', stop_sequence: null, usage: { input_tokens: 3, output_tokens: 4 } };
const EVENTS = [
  { type: 'message_start', message: { ...whole, content: [], stop_reason: null, usage: { input_tokens: 3, output_tokens: 1 } } },
  { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
  { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'an answer' } },
  { type: 'content_block_stop', index: 0 },
  { type: 'message_delta', delta: { stop_reason: 'end_turn', stop_sequence: null }, usage: { output_tokens: 4 } },
  { type: 'message_stop' },
];
const sent = [];
const server = http.createServer((request, response) => {
  let body = '';
  request
    .on('data', (part) => (body += part))
    .on('end', () => {
      const { model, stream } = JSON.parse(body);
      const traced = request.rawHeaders.filter((name, at) => at % 2 === 0 && /^traceparent$/i.test(name)).length;
      sent.push(`${model}: ${traced} ${request.headers.traceparent}`);
      const json = { 'content-type': 'application/json', 'request-id': 'r1' };
      if (model === 'refused')
        return response.writeHead(401, json).end('{"type":"error","error":{"type":"authentication_error","message":"no key"}}');
      if (stream !== true) return response.writeHead(200, json).end(JSON.stringify(whole));
      response.writeHead(200, { 'content-type': 'text/event-stream', 'request-id': 'r2' });
      for (const event of EVENTS) response.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
      return response.end();
    });
});
server.listen(0, '127.0.0.1', async () => {
  const client = new Anthropic({ apiKey: 'none', baseURL: `http://127.0.0.1:${server.address().port}`, maxRetries: 0 });
  const asked = (model, more) => deepFreeze({ model, max_tokens: 9, messages: [{ role: 'user', content: 'a question' }], ...more });
  const within = (name, fn) =>
    trace.getTracer('program').startActiveSpan(`in ${name}`, async (span) => {
      say(name, await outcome(fn));
      span.end();
    });
  await within('plain', () => client.messages.create(asked('plain')));
  await within('promise', async () => {
    const promise = client.messages.create(asked('promise'));
    await promise;
    return shape(promise);
  });
  await within('with response', async () => {
    const { data, response, request_id } = await client.messages.create(asked('with-response')).withResponse();
    return [data, response.status, request_id];
  });
  await within('raw', async () => (await client.messages.create(asked('raw')).asResponse()).text());
  await within('refused', () => client.messages.create(asked('refused')));
  await within('streamed', async () => {
    const types = [];
    for await (const { type } of await client.messages.create(asked('streamed', { stream: true }))) types.push(type);
    return types;
  });
  await within('left', async () => {
    for await (const { type } of await client.messages.create(asked('left', { stream: true }))) return type;
  });
  await within('helper', async () => (await client.messages.stream(asked('helper')).finalMessage()).content);
  await within('together', () =>
    Promise.all([1, 2, 3].map((id) => client.messages.create(asked(`together-${id}`)).then(({ id: answered }) => answered))),
  );
  if (process.env.TRACED) for (const line of sent) console.log(line);
  server.close();
  server.closeAllConnections();
});
