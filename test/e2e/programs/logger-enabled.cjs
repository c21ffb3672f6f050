// node test/e2e/programs/logger-enabled.cjs
// Says whether a logger is enabled, by both APIs: while telemetry runs, and after it was shut down.
const { startTelemetry } = require('signalbox');
const { logs } = require('@opentelemetry/api');

const telemetry = startTelemetry();
const logger = logs.getLogger('asked');
const old = globalThis[Symbol.for('io.opentelemetry.js.api.logs')]?.(1)?.getLogger('asked');
const ask = () => console.log(logger.enabled({ severityNumber: 9 }), old?.enabled());

ask();
telemetry.shutdown().then(ask);
