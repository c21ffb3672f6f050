// node test/e2e/programs/loaded-first.cjs
// Loads a library first and starts telemetry then.
require('express');
require('signalbox').startTelemetry();
console.log('recorded');
