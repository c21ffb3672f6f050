// `process.getBuiltinModule` asks no resolver.
const { createServer, request } = process.getBuiltinModule('http');
const server = createServer((_request, response) => response.end('ok')).listen(0, '127.0.0.1', () => {
  request({ port: server.address().port, path: '/things/1', agent: false }, (response) => {
    response.resume().on('end', () => {
      console.log(response.statusCode);
      server.close();
    });
  }).end();
});
