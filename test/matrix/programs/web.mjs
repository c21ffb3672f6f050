// POSTGRES=… REDIS=… node --import signalbox/register test/matrix/programs/web.mjs
// Serves one request to itself, whose route asks a database, a store, and two more routes of its own; says what came back.
import http from 'node:http';
import express from 'express';
import { Pool } from 'pg';
import Redis from 'ioredis';
import run from './web.app.cjs';

run(http, express, Pool, Redis);
