// node --require signalbox/register test/e2e/programs/frameworks/hapi.cjs
const Hapi = require('@hapi/hapi');
require('./hapi.app.cjs')(() => Hapi.server({ debug: false })).then((server) => require('./serve.cjs')(server.listener));
