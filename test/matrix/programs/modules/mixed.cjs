// The same from an application of CommonJS that imports dynamically.
const { trace } = require('@opentelemetry/api');
const library = require('./mixed-library.cjs');
const uses = require('./mixed-uses.cjs');

const WAYS = {
  import: async (name) => ({ application: await import(name) }),
  require: (name) => ({ library: library(name) }),
};
const [order, ...names] = process.argv.slice(2);
void (async () => {
  for (const name of names) {
    const loaded = {};
    for (const way of order.split(', ')) Object.assign(loaded, await WAYS[way](name));
    for (const [who, exports] of Object.entries(loaded)) {
      await trace.getTracer('it').startActiveSpan(`${name} of the ${who}`, async (span) => {
        await uses[name](exports, who);
        span.end();
      });
    }
  }
  console.log('used');
})();
