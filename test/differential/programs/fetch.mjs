// node --import signalbox/register test/differential/programs/fetch.mjs : the `fetch` of Node.js itself.
import { startEcho } from './echo.cjs';
import run from './fetch.app.cjs';
import { say } from './show.cjs';

startEcho().then(async (echo) => {
  await run(globalThis, echo, {});
  say('got', JSON.stringify(echo.got, undefined, 1));
  if (process.env.END === 'throw') return void fetch('http://127.0.0.1:2/unhandled');
  echo.close();
});
