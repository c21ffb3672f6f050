/** The server that the Express application asks: always the same small JSON. Says its address to the parent process. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const BODY = '{"amount":1250,"currency":"EUR"}';

const server = createServer((_request, response) => {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': BODY.length });
  response.end(BODY);
});
server.listen(0, '127.0.0.1', () => {
  process.send?.({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/price` });
});
