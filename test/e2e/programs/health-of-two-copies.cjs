// node --require /opt/…/signalbox/dist/register.js health-of-two-copies.cjs: the application's own copy says how it is
const { health, telemetryCheck } = require('signalbox/health');

health.register('telemetry', telemetryCheck(), { critical: false, cacheMs: 0 });
const say = async () => {
  const before = await health.readiness();
  const details = before.checks.telemetry.details;
  console.log('ready', JSON.stringify([before.status, Object.keys(details ?? {}).sort()]));
};
process.once('SIGTERM', async () => {
  const { status, shutting_down } = await health.readiness();
  console.log('ending', JSON.stringify([status, shutting_down]));
  process.disconnect();
});
process.on('message', () => {});
void say();
