// Listens on a port of its own, says which, and ends when it is told to.
module.exports = function serve(server) {
  server.listen(0, '127.0.0.1', () => console.log('port', server.address().port));
  process.on('message', () => {
    server.close();
    process.disconnect();
  });
};
