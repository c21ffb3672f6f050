/** Long values arrive whole as long as a request has room for them; of those that do not fit, the beginning arrives. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { startCollector } from './kit/collector.ts';
import { runProgram } from './kit/run-program.ts';

const MAX_RECORD_BYTES = 3_670_016;

for (const protocol of ['http/protobuf', 'http/json', 'grpc']) {
  test(`${protocol}: long prompts and bodies arrive whole, and a value of 20 MB is cut, which is said once`, async () => {
    await using collector = await startCollector();
    const { receiver, store } = collector;
    const endpoint = protocol === 'grpc' ? receiver.grpcUrl : receiver.httpUrl;
    const ending = await runProgram({
      program: 'long-values.cjs',
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_EXPORTER_OTLP_PROTOCOL: protocol },
    });

    const [prompt, ...huge] = store.spans();
    assert.equal((JSON.parse(prompt?.attributes['gen_ai.prompt'] as string) as unknown[]).length, 6000);
    const [body, map] = store.logs().map((record) => record.body);
    assert.equal((JSON.parse(body as string) as unknown[]).length, 10_000);
    assert.equal((JSON.parse((map as { message: string }).message) as unknown[]).length, 10_000);

    assert.equal(huge.length, 2);
    for (const { attributes } of huge) {
      const { length } = attributes['document'] as string;
      assert.ok(length > MAX_RECORD_BYTES - 1000 && length < MAX_RECORD_BYTES, `${length} characters`);
      assert.deepEqual([attributes['before'], attributes['after']], ['b', 'a']);
    }
    const said = ending.said.filter(({ code }) => code !== 'started');
    assert.equal(said.length, 1, ending.stderr);
    assert.match(
      said[0]?.message ?? '',
      /^The attribute "document" of a span was cut from 20000000 to 36\d{5} bytes, for a span must encode to at most 3670016 bytes\..*OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT/,
    );
  });
}

test('the resource of each signal names the release of the semantic conventions that its attributes follow', async () => {
  await using collector = await startCollector();
  await runProgram({
    program: '-e',
    args: [
      `const { trace, metrics } = require('@opentelemetry/api');
       trace.getTracer('t').startSpan('work').end();
       metrics.getMeter('m').createCounter('jobs').add(1);
       process.emitWarning('x');
       setTimeout(() => { throw new Error('the last record') });`,
    ],
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.receiver.httpUrl },
  });
  const { version } = JSON.parse(
    readFileSync(new URL('../../node_modules/@opentelemetry/semantic-conventions/package.json', import.meta.url), 'utf8'),
  ) as { version: string };
  for (const records of [collector.store.spans(), collector.store.logs(), collector.store.metrics()]) {
    assert.ok(records.length > 0);
    for (const { resourceSchemaUrl } of records) assert.equal(resourceSchemaUrl, `https://opentelemetry.io/schemas/${version}`);
  }
});
