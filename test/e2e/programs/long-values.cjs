// node --require signalbox/register test/e2e/programs/long-values.cjs
// Records a long prompt in JSON, a long log body in JSON, and a value that no request has room for.
const { logs, trace } = require('@opentelemetry/api');

const conversation = (bytes) =>
  JSON.stringify(
    Array.from({ length: Math.ceil(bytes / 100) }, (_, i) => ({ role: i % 2 ? 'user' : 'assistant', content: `"${i}" `.padEnd(80, 'ü') })),
  );

const tracer = trace.getTracer('long');
tracer.startSpan('prompt', { attributes: { 'gen_ai.prompt': conversation(600_000) } }).end();
logs.getLogger('long').emit({ body: conversation(1_000_000) });
logs.getLogger('long').emit({ body: { message: conversation(1_000_000) } });
for (let i = 0; i < 2; i++) tracer.startSpan('huge', { attributes: { before: 'b', document: 'x'.repeat(20_000_000), after: 'a' } }).end();
