// TypeScript that Node.js strips itself, in CommonJS.
const express = require('express');
const { ask } = require('./ask.cjs');

const app: {
  get(path: string, handler: (request: unknown, response: { send(text: string): void }) => void): void;
  listen(port: number, host: string): unknown;
} = express();
app.get('/things/:thing', (_request: unknown, response) => response.send('ok'));
void ask(app.listen(0, '127.0.0.1'), '/things/1');
