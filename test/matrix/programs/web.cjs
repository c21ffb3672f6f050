// POSTGRES=… REDIS=… node --require signalbox/register test/matrix/programs/web.cjs
// Serves one request to itself, whose route asks a database, a store, and two more routes of its own; says what came back.
const http = require('node:http');
const express = require('express');
const pg = require('pg');
const Redis = require('ioredis');
require('./web.app.cjs')(http, express, pg.Pool, Redis);
