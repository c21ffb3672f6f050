// NODE_OPTIONS='--require signalbox/register' node test/e2e/programs/managers/app.cjs : an application that answers one request of its own.
const http = require('node:http');

const server = http.createServer((_, response) => response.end('ok'));
server.listen(0, '127.0.0.1', () => {
  console.log(`app ${process.pid}`);
  http.get({ port: server.address().port, agent: false }, (response) =>
    response.resume().on('end', () => setTimeout(() => process.exit(0), 400)),
  );
});
