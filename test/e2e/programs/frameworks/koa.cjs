// node --require signalbox/register test/e2e/programs/frameworks/koa.cjs
const http = require('node:http');
const Koa = require('koa');
const { Router } = require('@koa/router');
require('./serve.cjs')(http.createServer(require('./koa.app.cjs')(Koa, Router).callback()));
