// node --require signalbox/register test/differential/programs/azure.cjs
const http = require('node:http');
const { createDefaultHttpClient, createPipelineFromOptions, createPipelineRequest } = require('@azure/core-rest-pipeline');
const { createTracingClient } = require('@azure/core-tracing');
const { trace } = require('@opentelemetry/api');
const { say, shape, deepFreeze, outcome } = require('./show.cjs');

// What every SDK of Azure is made of: a client that traces its operations, and a pipeline that sends their requests.
const server = http.createServer((request, response) => {
  const { traceparent: _sent, ...headers } = request.headers;
  response.writeHead(request.url.startsWith('/fails') ? 500 : 200, {
    'x-ms-request-id': 'service-id',
    'x-sent': Object.keys(headers).sort().join(),
  });
  response.end(JSON.stringify({ traceparents: request.rawHeaders.filter((name) => /^traceparent$/i.test(name)).length }));
});
server.listen(0, '127.0.0.1', () =>
  trace.getTracer('program').startActiveSpan('work', async (span) => {
    const url = `http://127.0.0.1:${server.address().port}`;
    const pipeline = createPipelineFromOptions({ retryOptions: { maxRetries: 0 }, userAgentOptions: { userAgentPrefix: 'shop' } });
    const httpClient = createDefaultHttpClient();
    const send = (path, tracingOptions) =>
      pipeline.sendRequest(
        httpClient,
        createPipelineRequest({ url: `${url}${path}`, allowInsecureConnection: true, ...(tracingOptions && { tracingOptions }) }),
      );
    const client = createTracingClient({ namespace: 'Microsoft.Shop', packageName: '@azure/shop', packageVersion: '1.0.0' });
    say(
      'client',
      Object.keys(client).sort(),
      pipeline.getOrderedPolicies().map(({ name }) => name),
    );
    const options = deepFreeze({ requestOptions: { timeout: 1000 } });
    const asked = (name, path) =>
      client.withSpan(
        name,
        options,
        async (updated, inner) => {
          inner.setAttribute('shop.order', 1);
          inner.addEvent?.('asked');
          const { status, headers, bodyAsText } = await send(path, updated.tracingOptions);
          if (status >= 400) throw new RangeError(`status ${status}`);
          trace.getTracer('program').startSpan(`in ${name}`).end();
          const body = JSON.parse(bodyAsText);
          return {
            status,
            sent: headers.get('x-sent'),
            body: process.env.TRACED ? body : Object.keys(body),
            updated: Object.keys(updated),
          };
        },
        { spanKind: 'internal', spanAttributes: { nothing: undefined } },
      );
    say('withSpan', await outcome(() => asked('Shop.order', '/orders')), options, shape(options));
    say('failing', await outcome(() => asked('Shop.fail', '/fails')));
    say(
      'throws',
      await outcome(() =>
        client.withSpan('Shop.throw', {}, () => {
          throw Object.freeze(new TypeError('at once'));
        }),
      ),
    );
    const started = client.startSpan('Shop.start', undefined, { spanKind: 'producer' });
    say('startSpan', Object.keys(started).sort(), typeof started.span.end);
    say(
      'within',
      client.withContext(started.updatedOptions?.tracingOptions?.tracingContext, (...args) => args, 1, 2),
    );
    const linked = client.parseTraceparentHeader('00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01');
    const process_ = client.startSpan(
      'Shop.process',
      {},
      { spanKind: 'consumer', ...(linked && { spanLinks: [{ tracingContext: linked }] }) },
    );
    for (const each of [started, process_]) each.span.end();
    await Promise.all(Array.from({ length: 5 }, () => asked('Shop.together', '/together'))).then((all) => say('together', all.length));
    const plain = await send('/plain');
    say('plain', plain.status, shape(plain).keys, plain.headers.get('x-sent'));
    span.end();
    server.close();
    if (process.env.END === 'throw') void asked('Shop.nobody', '/fails').then(undefined, (error) => Promise.reject(error));
  }),
);
