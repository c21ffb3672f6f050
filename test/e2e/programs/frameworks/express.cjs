// node --require signalbox/register test/e2e/programs/frameworks/express.cjs
const http = require('node:http');
const express = require('express');
require('./serve.cjs')(http.createServer(require('./express.app.cjs')(express, { anything: '/*rest' })));
