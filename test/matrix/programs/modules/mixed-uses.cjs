// What is done with each package, so that each patch of it leaves one trace of its own.
const { once } = require('node:events');
const http = require('node:http');
const net = require('node:net');

/** A server that answers what `reply` makes of each piece, and its port. */
async function serve(reply) {
  const server = net.createServer((socket) => socket.on('data', (data) => socket.write(reply(data))).on('error', () => {}));
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, port: server.address().port };
}

async function ask(listener) {
  const server = http.createServer(listener);
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  await (await fetch(`http://127.0.0.1:${server.address().port}/things/7`)).text();
  await new Promise((resolve) => server.close(resolve));
}

/** Of CommonJS by `import`: what `require` gives. */
const whole = (loaded) => (loaded[Symbol.toStringTag] === 'Module' ? loaded.default : loaded);

exports.pino = (loaded, who) => whole(loaded)({}, { write() {} }).info(`pino of the ${who}`);
exports.bunyan = (loaded, who) =>
  whole(loaded)
    .createLogger({ name: 'it', stream: { write() {} } })
    .info(`bunyan of the ${who}`);
exports.winston = (loaded, who) => {
  const { createLogger, transports } = whole(loaded);
  createLogger({ transports: [new transports.Console({ silent: true })] }).info(`winston of the ${who}`);
};
exports.graphql = ({ buildSchema, graphqlSync }) => {
  graphqlSync({ schema: buildSchema('type Query { a: Int }'), source: 'query Asked { a }' });
};
exports['@grpc/grpc-js'] = async (grpc) => {
  const text = { requestSerialize: Buffer.from, requestDeserialize: String, responseSerialize: Buffer.from, responseDeserialize: String };
  const service = { greet: { path: '/it.Greeter/Greet', requestStream: false, responseStream: false, ...text } };
  const server = new grpc.Server();
  server.addService(service, { greet: (call, done) => done(null, call.request) });
  const port = await new Promise((resolve) =>
    server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (_error, bound) => resolve(bound)),
  );
  const Greeter = grpc.makeGenericClientConstructor(service, 'Greeter');
  const client = new Greeter(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
  await new Promise((resolve) => client.greet('hello', resolve));
  client.close();
  server.forceShutdown();
};
exports.ioredis = async (loaded) => {
  const { server, port } = await serve(() => '+OK\r\n');
  const client = new (whole(loaded))({ port, host: '127.0.0.1', enableReadyCheck: false, disableClientInfo: true, protocol: 2 });
  await once(client, 'ready'); // what is sent earlier is sent twice
  await client.set('a', 'b');
  client.disconnect();
  server.close();
};
exports.pg = async ({ Client }) => {
  const ready = Buffer.from('5a0000000549', 'hex');
  const { server, port } = await serve((data) =>
    data[0] === 0x51 // Q, a simple query
      ? Buffer.concat([Buffer.from('430000000d53454c454354203000', 'hex'), ready])
      : Buffer.concat([Buffer.from('520000000800000000', 'hex'), ready]),
  );
  const client = new Client({ host: '127.0.0.1', port, user: 'it', password: 'it', database: 'it', ssl: false });
  client.on('error', () => {}); // its connection is cut below
  await client.connect();
  await client.query('SELECT 1');
  client.connection.stream.destroy();
  server.close();
};
exports.koa = async (loaded) => {
  const app = new (whole(loaded))();
  app.silent = true;
  app.use(() => {
    throw new Error('koa failed');
  });
  await ask(app.callback());
};
exports.express = async (loaded) => {
  const app = whole(loaded)();
  app.get('/things/:thing', (_request, response) => response.end('it'));
  await ask(app);
};
