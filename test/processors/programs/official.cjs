// The official SDK that the processors are made for.
const { resourceFromAttributes } = require('@opentelemetry/resources');
const { NodeTracerProvider } = require('@opentelemetry/sdk-trace-node');
const { spanProcessors, idGenerator, printMemory } = require('./vendors.cjs');

const resource = resourceFromAttributes({ 'service.name': 'shop', 'service.version': '1.2.3', team: 'till' });
const provider = new NodeTracerProvider({ resource, spanProcessors, idGenerator });
provider.register();
require('./work.cjs')
  .work()
  .then(() => provider.forceFlush())
  .then(printMemory);
