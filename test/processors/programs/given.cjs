// The same on signalbox's engine, given in code.
const { startTelemetry } = require('signalbox');
const { spanProcessors, idGenerator, printMemory } = require('./vendors.cjs');

const telemetry = startTelemetry({ spanProcessors, idGenerator });
require('./work.cjs')
  .work()
  .then(() => telemetry.flush())
  .then(printMemory);
