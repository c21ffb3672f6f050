// node --import signalbox/register test/e2e/programs/frameworks/express.mjs
import http from 'node:http';
import express from 'express';
import createApp from './express.app.cjs';
import serve from './serve.cjs';
serve(http.createServer(createApp(express, { anything: '/*rest' })));
