// node --require signalbox/register test/e2e/programs/frameworks/nest.cjs
require('reflect-metadata');
const common = require('@nestjs/common');
const core = require('@nestjs/core');
require('./nest.app.cjs')(common, core).then((app) => require('./serve.cjs')(app.getHttpServer()));
