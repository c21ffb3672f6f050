// node --require signalbox/register test/e2e/programs/started-twice.cjs
// Starts telemetry three times: by the preload, and twice more.
const { startTelemetry } = require('signalbox');

startTelemetry({ serviceName: 'second' });
startTelemetry({ serviceName: 'third' });
require('@opentelemetry/api').trace.getTracer('twice').startSpan('work').end();
console.log('recorded');
