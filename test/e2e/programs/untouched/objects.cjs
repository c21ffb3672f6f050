// node --require signalbox/register test/e2e/programs/untouched/objects.cjs
// Shows what the application's own objects look like after libraries had them.
const { create } = require('node:domain');
const http = require('node:http');
const winston = require('winston');

const log = winston.createLogger({
  transports: [new winston.transports.Console({ format: winston.format.printf(({ message }) => message) })],
});
const domain = create();
domain.on('error', ({ message }) => console.log('the domain caught', message));

function allKeys(object) {
  const keys = [];
  for (const key in object) keys.push(key);
  return keys.sort().join();
}

const server = http.createServer((request, response) => {
  const error = new Error('the database is away');
  const entry = { level: 'warn', message: 'an entry', user: 1 };
  log.error(error);
  log.log(entry);
  console.log(process.domain === domain, Object.keys(request), Object.keys(response), allKeys(request));
  response.end(JSON.stringify({ error: error.message, ...error, entry }));
  throw new Error('a handler failed');
});
domain.add(server);
server.listen(0, () => {
  http.get({ port: server.address().port, agent: false }, (answer) => {
    answer.on('data', (data) => console.log(String(data))).on('end', () => server.close());
  });
});
