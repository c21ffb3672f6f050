// node --import signalbox/register test/e2e/programs/frameworks/koa.mjs
import http from 'node:http';
import Koa from 'koa';
import { Router } from '@koa/router';
import createApp from './koa.app.cjs';
import serve from './serve.cjs';
serve(http.createServer(createApp(Koa, Router).callback()));
