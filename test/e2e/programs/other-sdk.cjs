// node --require ./test/e2e/programs/other-sdk.cjs --require signalbox/register test/e2e/programs/three-signals.cjs
// Another SDK, as a vendor's preload sets it up.
const { NodeSDK } = require('@opentelemetry/sdk-node');

new NodeSDK({
  instrumentations: [],
  spanProcessors: [{ onStart() {}, onEnd() {}, forceFlush: async () => {}, shutdown: async () => {} }],
  metricReaders: [],
  logRecordProcessors: [],
}).start();
