// The processors of recording.cjs under the official SDK, by its own classes.
const { startTelemetry } = require('signalbox');
const { spanProcessors } = require('./recording.cjs');

const telemetry = startTelemetry({ sdk: { spanProcessors } });
require('./app.cjs');
void telemetry;
