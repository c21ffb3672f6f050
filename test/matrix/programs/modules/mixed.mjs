// node --import signalbox/register test/matrix/programs/modules/mixed.mjs 'import, require' pino graphql
// An application of ES modules and a library of CommonJS load the same packages, in the order that is named.
import { createRequire } from 'node:module';
import { trace } from '@opentelemetry/api';

const require = createRequire(import.meta.url);
const library = require('./mixed-library.cjs');
const uses = require('./mixed-uses.cjs');

const WAYS = {
  import: async (name) => ({ application: await import(name) }),
  require: (name) => ({ library: library(name) }),
  createRequire: (name) => ({ library: require(name) }),
};
const [order, ...names] = process.argv.slice(2);
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
