// SINK=http://… node --require signalbox/register test/e2e/programs/forward.cjs
// Answers each request after asking the sink for the same path, by `node:http` and by `fetch`. Also as forward.mjs.
const http = require('node:http');

const sink = process.env.SINK;
const agent = new http.Agent({ keepAlive: true });
const server = http.createServer((request, response) => {
  http.get(`${sink}${request.url}/http`, { agent }, (answer) => {
    answer.resume().on('end', async () => {
      await (await fetch(`${sink}${request.url}/fetch`)).arrayBuffer();
      response.end();
    });
  });
});
server.listen(0, '127.0.0.1', () => console.log('port', server.address().port));
process.on('message', () => {
  server.close();
  agent.destroy();
  process.disconnect();
});
