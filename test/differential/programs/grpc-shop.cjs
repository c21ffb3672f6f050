// A service without a .proto file, with a method of each kind.
const grpc = require('@grpc/grpc-js');
const json = {
  requestSerialize: (value) => Buffer.from(JSON.stringify(value)),
  requestDeserialize: (bytes) => JSON.parse(bytes),
  responseSerialize: (value) => Buffer.from(JSON.stringify(value)),
  responseDeserialize: (bytes) => JSON.parse(bytes),
};
const method = (name, requestStream, responseStream) => ({
  path: `/shop.Orders/${name}`,
  requestStream,
  responseStream,
  originalName: name.toLowerCase(),
  ...json,
});
const definition = {
  One: method('One', false, false),
  Many: method('Many', false, true),
  Sum: method('Sum', true, false),
  Chat: method('Chat', true, true),
  Fail: method('Fail', false, false),
  Slow: method('Slow', false, false),
  Throws: method('Throws', false, false),
  Breaks: method('Breaks', false, true),
};
exports.definition = definition;
exports.metadataOf = (entries) => {
  const metadata = new grpc.Metadata();
  for (const [key, value] of Object.entries(entries)) metadata.set(key, value);
  return metadata;
};
const tag = (call) => call.metadata.get('tag')[0] ?? 'untagged';
/** `heard` is called with what a handler sees; `inside` within each call. */
exports.serve = (heard = () => {}, inside = () => {}, options = {}) =>
  new Promise((resolve, reject) => {
    const server = new grpc.Server(options);
    server.addService(definition, {
      One(call, done) {
        inside('One');
        heard('One', this === undefined, Reflect.ownKeys(call).map(String), call.metadata.getMap(), typeof call.getPeer(), call.cancelled);
        call.sendMetadata(exports.metadataOf({ seen: tag(call) }));
        done(null, { n: call.request.n + 1 }, exports.metadataOf({ trail: 'x' }));
      },
      Many(call) {
        inside('Many');
        for (let i = 0; i < call.request.n; i++) call.write({ i, tag: tag(call) });
        call.end(exports.metadataOf({ trail: 'y' }));
      },
      Sum(call, done) {
        let sum = 0;
        call.on('data', ({ n }) => (inside('Sum'), (sum += n))).on('end', () => (inside('Sum'), done(null, { sum, tag: tag(call) })));
      },
      Chat(call) {
        call.on('data', ({ n }) => (inside('Chat'), call.write({ echo: n, tag: tag(call) }))).on('end', () => call.end());
      },
      Fail(_call, done) {
        done({ code: grpc.status.NOT_FOUND, details: 'no such order', metadata: exports.metadataOf({ why: 'because' }) });
      },
      Slow(call) {
        call.on('cancelled', () => (inside('Slow'), heard('Slow', 'cancelled', call.cancelled)));
      },
      Throws() {
        throw Object.assign(new Error('thrown'), { code: grpc.status.DATA_LOSS });
      },
      Breaks(call) {
        call.write({ i: 0 });
        call.emit('error', { code: grpc.status.ABORTED, details: 'broken off' });
      },
    });
    server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, port) =>
      error ? reject(error) : resolve({ server, address: `127.0.0.1:${port}` }),
    );
  });
const Generated = grpc.makeGenericClientConstructor(definition, 'shop.Orders');
/** Both kinds of clients behind one function: `ask('One', { n: 1 }, …)`. */
exports.clientOf = (kind, address, options) => {
  const client = new (kind === 'generated' ? Generated : grpc.Client)(address, grpc.credentials.createInsecure(), options);
  const ask = (name, ...args) => {
    if (kind === 'generated') return client[name](...args);
    const { path, requestStream, responseStream, requestSerialize, responseDeserialize } = definition[name];
    const make = `make${requestStream ? (responseStream ? 'BidiStream' : 'ClientStream') : responseStream ? 'ServerStream' : 'Unary'}Request`;
    return client[make](path, requestSerialize, responseDeserialize, ...args);
  };
  return { client, ask };
};
