// node --require signalbox/register test/differential/programs/ai.cjs
const { trace } = require('@opentelemetry/api');
const ai = require('ai');
const { MockEmbeddingModelV4, MockLanguageModelV4, simulateReadableStream } = require('ai/test');
const { say, shape, deepFreeze, outcome } = require('./show.cjs');

const { embed, embedMany, generateText, jsonSchema, Output, stepCountIs, streamText, tool } = ai;
const usage = { inputTokens: { total: 3, noCache: 3, cacheRead: 0, cacheWrite: 0 }, outputTokens: { total: 4, text: 4, reasoning: 0 } };
const finish = (unified) => ({ unified, raw: unified });
const answering = (content, reason = 'stop') => ({
  content,
  finishReason: finish(reason),
  usage,
  warnings: [],
  response: { id: 'r1', modelId: 'answering', timestamp: new Date(0) },
});
const modelOf = (modelId, doGenerate, doStream) => new MockLanguageModelV4({ provider: 'mock.chat', modelId, doGenerate, doStream });
const text = (value) => ({ type: 'text', text: value });
const call = { type: 'tool-call', toolCallType: 'function', toolCallId: 'c1', toolName: 'weather', input: '{"city":"a secret city"}' };
const parts = (...more) =>
  simulateReadableStream({
    initialDelayInMs: null,
    chunkDelayInMs: null,
    chunks: [
      { type: 'stream-start', warnings: [] },
      { type: 'response-metadata', id: 'r2', modelId: 'answering', timestamp: new Date(0) },
      { type: 'text-start', id: '1' },
      { type: 'text-delta', id: '1', delta: 'a secret ' },
      { type: 'text-delta', id: '1', delta: 'answer' },
      { type: 'text-end', id: '1' },
      ...more,
    ],
  });
const end = { type: 'finish', finishReason: finish('length'), usage };
const asked = async (make) => {
  const { resolves, ...rest } = await outcome(make);
  return [
    rest,
    resolves === undefined
      ? undefined
      : [
          shape(resolves).classes,
          resolves.text,
          resolves.finishReason,
          resolves.usage?.totalTokens,
          resolves.toolResults?.map(({ output }) => output),
        ],
  ];
};
const inRequest = (name, run) => trace.getTracer('program').startActiveSpan(name, async (span) => (await run(), span.end()));

async function generate() {
  const given = deepFreeze({ temperature: 0.5, maxOutputTokens: 9, prompt: 'a secret question', stopSequences: ['END'] });
  await Promise.all(
    Array.from({ length: 5 }, (_, id) =>
      inRequest(`request ${id}`, async () => {
        const model = modelOf(`model-${id}`, async () => {
          trace.getTracer('program').startSpan(`in model-${id}`).end();
          return answering([text('a secret answer')]);
        });
        const result = await generateText({ ...given, model });
        if (id === 0)
          say('generateText', shape(result).classes, result.text, result.finishReason, result.usage, result.steps.length, shape(given));
      }),
    ),
  );
  const weather = tool({
    inputSchema: jsonSchema({ type: 'object', properties: { city: { type: 'string' } } }),
    execute: async function execute({ city }, options) {
      trace.getTracer('program').startSpan('in tool').end();
      say('tool', city, Object.keys(options).sort(), shape(this)?.classes);
      return `secret weather of ${city}`;
    },
  });
  let turn = 0;
  const caller = modelOf('calling', async () => (turn++ === 0 ? answering([call], 'tool-calls') : answering([text('sunny')])));
  await inRequest('tools', async () =>
    say(
      'tools',
      await asked(() => generateText({ model: caller, prompt: 'a secret question', tools: { weather }, stopWhen: stepCountIs(3) })),
    ),
  );
  const failing = tool({
    inputSchema: jsonSchema({ type: 'object' }),
    execute: async () => {
      throw new RangeError('the tool failed');
    },
  });
  turn = 0;
  await inRequest('failing tool', async () =>
    say(
      'failing tool',
      await asked(() =>
        generateText({ model: caller, prompt: 'a secret question', tools: { weather: failing }, stopWhen: stepCountIs(3) }),
      ),
    ),
  );
  const error = Object.freeze(new TypeError('the model failed'));
  await inRequest('failed', async () =>
    say(
      'failed',
      await asked(() =>
        generateText({
          model: modelOf('failing', async () => {
            throw error;
          }),
          prompt: 'a secret question',
          maxRetries: 0,
        }),
      ),
    ),
  );
  const same = await generateText({
    model: modelOf('failing', async () => {
      throw error;
    }),
    prompt: 'x',
    maxRetries: 0,
  }).catch((thrown) => thrown === error);
  say('the same error', same);
  let tries = 0;
  const flaky = modelOf('flaky', async () => {
    if (tries++ === 0)
      throw new ai.APICallError({
        message: 'busy',
        url: 'http://x',
        requestBodyValues: {},
        statusCode: 503,
        isRetryable: true,
        responseHeaders: { 'retry-after-ms': '1' },
      });
    return answering([text('at last')]);
  });
  await inRequest('retried', async () =>
    say('retried', await asked(() => generateText({ model: flaky, prompt: 'a secret question', maxRetries: 1 }))),
  );
  say(
    'aborted',
    await asked(() =>
      generateText({
        model: modelOf('aborted', async () => answering([])),
        prompt: 'x',
        abortSignal: AbortSignal.abort(new RangeError('given up')),
      }),
    ),
  );
  say('misused', await asked(() => generateText({ model: caller })), await asked(() => generateText({})));
  say(
    'off',
    await asked(() =>
      generateText({ model: modelOf('off', async () => answering([text('off')])), prompt: 'x', telemetry: { isEnabled: false } }),
    ),
  );
  say(
    'object',
    (
      await generateText({
        model: modelOf('object', async () => answering([text('{"a":1}')])),
        prompt: 'x',
        output: Output.object({ schema: jsonSchema({ type: 'object' }) }),
      })
    ).output,
  );
}

async function stream() {
  await inRequest('streamed', async () => {
    const result = streamText({ model: modelOf('streamed', undefined, async () => ({ stream: parts(end) })), prompt: 'a secret question' });
    say('streamText', shape(result).classes);
    const read = [];
    for await (const part of result.textStream) read.push(part);
    say('read', read, await result.finishReason, await result.usage);
  });
  await inRequest('left', async () => {
    const result = streamText({ model: modelOf('left', undefined, async () => ({ stream: parts(end) })), prompt: 'a secret question' });
    for await (const part of result.textStream) {
      say('left after', part);
      break;
    }
  });
  await inRequest('broken', async () => {
    const broken = { type: 'error', error: new RangeError('broken off') };
    const errors = [];
    const result = streamText({
      model: modelOf('broken', undefined, async () => ({ stream: parts(broken) })),
      prompt: 'a secret question',
      onError: ({ error }) => errors.push(error.message),
    });
    const kinds = [];
    for await (const part of result.fullStream) kinds.push(part.type);
    say('broken', kinds, errors);
  });
  await inRequest('refused', async () => {
    const errors = [];
    const result = streamText({
      model: modelOf('refused', undefined, async () => {
        throw new RangeError('refused');
      }),
      prompt: 'a secret question',
      maxRetries: 0,
      onError: ({ error }) => errors.push(error.message),
    });
    const kinds = [];
    for await (const part of result.fullStream) kinds.push(part.type);
    say('refused', kinds, errors);
  });
}

async function embeddings() {
  const model = new MockEmbeddingModelV4({
    provider: 'mock.embedding',
    modelId: 'embedder',
    maxEmbeddingsPerCall: 2,
    doEmbed: async ({ values }) => ({ embeddings: values.map(() => [1, 2]), usage: { tokens: values.length }, warnings: [] }),
  });
  await inRequest('embedded', async () => say('embed', (await embed({ model, value: 'a secret value' })).embedding));
  await inRequest('embedded many', async () =>
    say('embedMany', (await embedMany({ model, values: deepFreeze(['a', 'b', 'c']) })).embeddings),
  );
}

void (async () => {
  await generate();
  await stream();
  await embeddings();
  if (process.env.END === 'throw')
    void generateText({
      model: modelOf('nobody', async () => {
        throw new RangeError('nobody handles this');
      }),
      prompt: 'x',
      maxRetries: 0,
    });
})();
