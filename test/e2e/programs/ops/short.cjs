// node --require signalbox/register short.cjs: the port is open, a client hangs on it, and nothing else is left to do
const { connect } = require('node:net');
const { startOpsServer } = require('signalbox');

process.disconnect?.();
const ops = startOpsServer({ port: 0 });
ops.ready.then(() => {
  const { port } = new URL(ops.url);
  const half = connect(port, '127.0.0.1', () => {
    half.write('GET /metrics HTTP/1.1\r\nHos', () => {
      half.unref();
      console.log('left');
      if (process.argv[2] === 'exit') process.exit(3);
    });
  });
});
