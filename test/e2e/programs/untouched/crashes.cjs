// node --require signalbox/register test/e2e/programs/untouched/crashes.cjs handler
// Ends by an error that nobody catches, thrown where libraries and Node.js stand between the error and the application.
const http = require('node:http');

const ways = {
  handler: () => serve(() => fail()),
  'body of a request': () => serve((request) => request.resume().on('end', fail)),
  'answer to a request': () => serve((_request, response) => response.end('ok'), fail),
  'error of a request': () => serve((_request, response) => response.destroy()),
  'invalid request': () => http.get({ path: '/a b' }),
  'timer of a handler': () => serve(require('express')().use(() => setTimeout(fail))),
  'module that is loaded': () => require('./crashes/throws.cjs'),
  'module that is missing': () => require('./crashes/requires-missing.cjs'),
};

function fail() {
  throw new TypeError('nobody catches this');
}

function serve(handler, onAnswer = () => {}) {
  const server = http.createServer(handler).listen(0, () => {
    http.request({ port: server.address().port, method: 'POST' }, onAnswer).end('body');
  });
}

ways[process.argv[2]]();
