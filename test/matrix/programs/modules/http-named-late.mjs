// node:http by names, when a CommonJS package has loaded it already.
import express from 'express';
import { get } from 'node:http';

const app = express();
app.get('/things/:thing', (_request, response) => response.send('ok'));
const server = app.listen(0, '127.0.0.1', () => {
  get({ port: server.address().port, path: '/things/1', agent: false }, (response) => {
    response.resume().on('end', () => {
      console.log(response.statusCode);
      server.close();
    });
  });
});
