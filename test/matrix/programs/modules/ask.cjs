// One request to a server that listens or is about to, and its end.
const http = require('node:http');
exports.ask = (server, path) =>
  new Promise((resolve, reject) => {
    const get = () =>
      http
        .get({ port: server.address().port, path, agent: false }, (response) => {
          response.resume().on('end', () => {
            console.log(response.statusCode);
            server.close(resolve);
          });
        })
        .on('error', reject);
    if (server.listening) get();
    else server.once('listening', get);
  });
