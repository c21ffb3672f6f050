const http = require('node:http');
const { inspect } = require('node:util');
const { trace } = require('@opentelemetry/api');

const usage = { prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 };
const chunk = (delta, finish_reason = null, more = {}) =>
  `data: ${JSON.stringify({ id: 's1', object: 'chat.completion.chunk', created: 1, model: 'stand-in-1', choices: [{ index: 0, delta, finish_reason }], ...more })}\n\n`;
let failures = 0;

function answer(request, response, body) {
  const { model, stream } = JSON.parse(body || '{}');
  const json = (status, value) =>
    response.writeHead(status, { 'content-type': 'application/json', 'x-request-id': 'r1' }).end(JSON.stringify(value));
  if (model === 'refused') return json(401, { error: { message: 'no key', code: 'invalid_api_key', type: 'auth' } });
  if (model === 'flaky' && failures++ % 2 === 0) return json(500, { error: { message: 'try again' } });
  if (model === 'slow') return setTimeout(() => json(200, {}), 5000).unref();
  if (model === 'garbled') return response.writeHead(200, { 'content-type': 'application/json' }).end('{"id":');
  if (stream === true) {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const content of ['{"ci', 'ty":"Oslo"}']) response.write(chunk({ role: 'assistant', content }));
    if (model === 'breaks') return setImmediate(() => response.destroy());
    return response.end(`${chunk({}, 'stop', { usage })}data: [DONE]\n\n`);
  }
  if (request.url.endsWith('/embeddings'))
    return json(200, {
      object: 'list',
      model: 'stand-in-1',
      data: [{ index: 0, object: 'embedding', embedding: [0.5, 1] }],
      usage: { prompt_tokens: 1, total_tokens: 1 },
    });
  if (request.url.endsWith('/models')) return json(200, { object: 'list', data: [{ id: 'a', object: 'model' }] });
  if (request.url.endsWith('/responses'))
    return json(200, {
      id: 'resp1',
      object: 'response',
      status: 'completed',
      model: 'stand-in-1',
      output: [
        {
          type: 'message',
          role: 'assistant',
          id: 'm1',
          status: 'completed',
          content: [{ type: 'output_text', text: 'hi', annotations: [] }],
        },
      ],
      usage: { input_tokens: 5, output_tokens: 6, total_tokens: 11 },
    });
  return json(200, {
    id: 'c1',
    object: 'chat.completion',
    created: 1,
    model: 'stand-in-1',
    choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: '{"city":"Oslo"}', refusal: null } }],
    usage,
  });
}

module.exports = async function run({ OpenAI }) {
  const server = http.createServer((request, response) => {
    let body = '';
    request.on('data', (part) => (body += part)).on('end', () => answer(request, response, body));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const client = new OpenAI({ apiKey: 'none', baseURL: `http://127.0.0.1:${server.address().port}/v1`, maxRetries: 1 });
  const completions = client.chat.completions;
  const ask = Object.freeze({ model: 'stand-in', messages: Object.freeze([{ role: 'user', content: 'a secret question' }]) });
  const streamed = { ...ask, stream: true };
  const say = async (what, make) => {
    try {
      console.log(what, inspect(await make(), { depth: 5, breakLength: 150 }));
    } catch (error) {
      console.log(what, 'threw', error.constructor.name, error.status, error.code, error.message.replace(/:\d+/, ''), Object.keys(error));
    }
  };
  const collect = async (stream) => {
    const all = [];
    for await (const part of stream) all.push(part.choices?.[0]?.delta?.content ?? part.type ?? null);
    return all;
  };
  async function all() {
    await say('create', () => completions.create(ask));
    await say('its request id', async () => (await completions.create(ask))._request_id);
    await say('withResponse', async () => {
      const { data, request_id, response } = await completions.create(ask).withResponse();
      return [data.id, request_id, response.status, response.constructor.name, response.bodyUsed];
    });
    await say('asResponse', async () => {
      const response = await completions.create(ask).asResponse();
      return [response.bodyUsed, Object.getOwnPropertyNames(response), (await response.json()).id, response.bodyUsed];
    });
    await say('asResponse, and the body', async () => {
      const promise = completions.create(ask);
      const response = await promise.asResponse();
      return [response.status, (await promise).id];
    });
    await say('asked twice', async () => {
      const promise = completions.create(ask);
      const [a, b] = [await promise, await promise];
      return a === b;
    });
    await say('the promise', async () => {
      const promise = completions.create(ask);
      const is = [
        promise.constructor.name,
        promise instanceof Promise,
        Object.keys(promise).sort(),
        Object.getOwnPropertyNames(Object.getPrototypeOf(promise)),
      ];
      await promise;
      return is;
    });
    await say(
      'parse',
      async () =>
        (
          await completions.parse({
            ...ask,
            response_format: {
              type: 'json_schema',
              json_schema: { name: 'place', schema: {} },
              $brand: 'auto-parseable-response-format',
              $parseRaw: JSON.parse,
            },
          })
        ).choices[0].message.parsed,
    );
    await say('runTools', async () =>
      completions
        .runTools({
          ...ask,
          messages: [...ask.messages],
          tools: [
            {
              type: 'function',
              function: { name: 'nothing', parameters: { type: 'object', properties: {} }, function: () => 'x', parse: JSON.parse },
            },
          ],
        })
        .finalContent(),
    );
    await say('stream', async () => collect(await completions.create(streamed)));
    await say('a Stream', async () => {
      const stream = await completions.create(streamed);
      const is = [stream.constructor.name, Object.keys(stream).sort(), stream.controller instanceof AbortController];
      const parts = stream[Symbol.asyncIterator]();
      return [
        ...is,
        Object.prototype.toString.call(parts),
        parts[Symbol.asyncIterator]() === parts,
        Object.keys(parts),
        (await parts.next()).done,
        await parts.return('left'),
        await parts.next(),
      ];
    });
    await say('stream in two', async () => {
      const [a, b] = (await completions.create(streamed)).tee();
      return [await collect(a), await collect(b)];
    });
    await say('read twice', async () => {
      const stream = await completions.create(streamed);
      await collect(stream);
      return collect(stream);
    });
    await say('web stream', async () => {
      let n = 0;
      for await (const _ of (await completions.create(streamed)).toReadableStream()) n++;
      return n;
    });
    await say('left', async () => {
      const stream = await completions.create(streamed);
      for await (const _ of stream) break;
      return stream.controller.signal.aborted;
    });
    await say('aborted', async () => {
      const stream = await completions.create(streamed);
      let n = 0;
      for await (const _ of stream) {
        n++;
        stream.controller.abort();
      }
      return n > 0;
    });
    await say('broken off', async () => {
      try {
        await collect(await completions.create({ ...streamed, model: 'breaks' }));
      } catch (error) {
        return error.constructor.name;
      }
    });
    await say('helper', () => completions.stream({ ...ask, messages: [...ask.messages] }).finalContent());
    await say(
      'embeddings',
      async () => (await client.embeddings.create({ model: 'stand-in', input: 'x', encoding_format: 'float' })).data[0].embedding,
    );
    await say('responses', async () => (await client.responses.create({ model: 'stand-in', input: 'x' })).output_text);
    await say('models', async () => {
      const ids = [];
      for await (const model of client.models.list()) ids.push(model.id);
      return ids;
    });
    await say('raw post', () => client.post('/chat/completions', { body: ask }));
    await say('refused', () => completions.create({ ...ask, model: 'refused' }));
    await say('tried again', async () => (await completions.create({ ...ask, model: 'flaky' })).id);
    await say('garbled', () => completions.create({ ...ask, model: 'garbled' }, { maxRetries: 0 }));
    await say('timed out', () => completions.create({ ...ask, model: 'slow' }, { timeout: 20, maxRetries: 0 }));
    await say('given up', async () => {
      const controller = new AbortController();
      const promise = completions.create({ ...ask, model: 'slow' }, { signal: controller.signal });
      setImmediate(() => controller.abort());
      return promise;
    });
    await say('nothing given', () => completions.create());
    console.log('asked afterwards', inspect(ask), Object.isFrozen(ask));
  }
  await all();
  await trace.getTracer('program').startActiveSpan('work', async (span) => {
    await all();
    span.end();
  });
  const unhandled = [];
  process.on('unhandledRejection', (error) => unhandled.push(error.status));
  void completions.create({ ...ask, model: 'refused' });
  const late = completions.create({ ...ask, model: 'refused' }).then(() => {});
  void late.catch(() => {});
  void completions.create({ ...ask, model: 'refused' }).then(() => {});
  while (unhandled.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
  await new Promise((resolve) => setTimeout(resolve, 20));
  console.log('unhandled', unhandled);
  process.removeAllListeners('unhandledRejection');
  server.closeAllConnections();
  server.close();
  if (process.env.END === 'throw') throw new Error('nobody handles this');
};
