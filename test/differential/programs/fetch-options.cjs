// SIGNALBOX_INSTRUMENTATION_OPTIONS=… node --require signalbox/register test/differential/programs/fetch-options.cjs
const { trace } = require('@opentelemetry/api');
const { startEcho } = require('./echo.cjs');

startEcho().then(async ({ url, close }) => {
  await (await fetch(`${url}/alone`)).text();
  await trace.getTracer('program').startActiveSpan('work', async (span) => {
    await (
      await fetch(`${url}/within`, {
        method: 'PATCH',
        headers: [
          ['x-note', 'a'],
          ['x-note', 'b'],
        ],
      })
    ).text();
    await new Promise((resolve) => new WebSocket(url.replace('http', 'ws')).addEventListener('close', resolve));
    span.end();
  });
  close();
});
