/** The smallest server: `node bench/apps/http.cjs 3>&1`. */
'use strict';
const { createServer } = require('node:http');
const { listening } = require('./report.cjs');

const server = createServer((request, response) => {
  response.writeHead(200, { 'content-type': 'text/plain' });
  response.end('hello');
});
server.listen(0, '127.0.0.1', () => listening(server.address().port));
