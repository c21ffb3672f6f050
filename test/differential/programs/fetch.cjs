// node --require signalbox/register test/differential/programs/fetch.cjs : the `fetch` of Node.js itself.
const { startEcho } = require('./echo.cjs');
const { say } = require('./show.cjs');

startEcho().then(async (echo) => {
  await require('./fetch.app.cjs')(globalThis, echo, {});
  say('got', JSON.stringify(echo.got, undefined, 1));
  if (process.env.END === 'throw') return void fetch('http://127.0.0.1:2/unhandled');
  echo.close();
});
