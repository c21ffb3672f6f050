const within = require('./within.cjs');
const text = { requestSerialize: Buffer.from, requestDeserialize: String, responseSerialize: Buffer.from, responseDeserialize: String };
module.exports = async function run(grpc) {
  const service = { greet: { path: '/program.Greeter/Greet', requestStream: false, responseStream: false, ...text } };
  const server = new grpc.Server();
  server.addService(service, {
    greet: (call, callback) =>
      void within('think', async () =>
        callback(call.request === 'nobody' ? { code: grpc.status.NOT_FOUND, message: 'nobody is here' } : null, `hello ${call.request}`),
      ),
  });
  const port = await new Promise((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, bound) => (error ? reject(error) : resolve(bound))),
  );
  const Greeter = grpc.makeGenericClientConstructor(service, 'Greeter');
  const client = new Greeter(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
  const greet = (name) => new Promise((resolve) => client.greet(name, (error, answer) => resolve(error ? error.details : answer)));
  await within('meet', async () => console.log(await greet('world'), await greet('nobody')));
  client.close();
  server.forceShutdown();
};
