// SINK=http://… node --import signalbox/register test/e2e/programs/forward.mjs
// As forward.cjs, as an ES module.
import http, { get } from 'node:http';

const sink = process.env.SINK;
const agent = new http.Agent({ keepAlive: true });
const server = http.createServer((request, response) => {
  get(`${sink}${request.url}/http`, { agent }, (answer) => {
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
