// A CommonJS application that imports an ES-module way.
const { ask } = require('./ask.cjs');
void (async () => {
  const { default: express } = await import('express');
  const app = express();
  app.get('/things/:thing', (_request, response) => response.send('ok'));
  await ask(app.listen(0, '127.0.0.1'), '/things/1');
})();
