// Operations of 20 requests at once, each in a trace of its own, and a few that fail.
// node --require signalbox/register test/differential/programs/graphql-spans.cjs
const { trace } = require('@opentelemetry/api');
const g = require('graphql');

const tracer = trace.getTracer('program');
const schema = g.buildSchema('type Query { of(id: Int): Int broken: Int bad(n: Int): Int } type Subscription { ticks: Int }');
const rootValue = {
  of: async ({ id }) =>
    tracer.startActiveSpan(`resolve ${id}`, async (span) => {
      await new Promise(setImmediate);
      span.end();
      return id;
    }),
  broken: () => {
    throw new TypeError('it broke');
  },
};
const within = (name, fn) =>
  tracer.startActiveSpan(name, async (span) => {
    try {
      await fn();
    } finally {
      span.end();
    }
  });

(async () => {
  g.parse('{ of }');
  await g.execute({ schema, document: g.parse('query Alone { __typename }') });
  await Promise.all(
    Array.from({ length: 20 }, (_, id) =>
      within(`request ${id}`, () => g.graphql({ schema, rootValue, source: `query Ask${id} { of(id: 4000${id}) }` })),
    ),
  );
  await within('failing', async () => {
    await g.graphql({ schema, rootValue, source: 'query Broken { broken }' });
    await g.graphql({ schema, rootValue, source: 'query { bad(n: "secret 1") }' });
    await g.graphql({ schema, rootValue, source: 'query Bad($n: Int) { bad(n: $n) }', variableValues: { n: 'secret 2' } });
    await g.graphql({ schema, rootValue, source: '{ of' });
  });
})();
