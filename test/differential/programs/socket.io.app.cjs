// socket.io: rooms, acknowledgements, middleware, listeners and their removal, by a client in the same process.
const { createServer } = require('node:http');
const { once } = require('node:events');
const { deepFreeze, failure, listeners, outcome, say, shape } = require('./show.cjs');

module.exports = async function run({ Server, Socket }, { io: connect }) {
  const http = createServer();
  const server = new Server(http, { transports: [process.env.TRANSPORT ?? 'websocket'] });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const url = `http://127.0.0.1:${http.address().port}`;
  // Of each side by itself: which of both is first is chance.
  const order = [];
  const got = [];
  const connected = new Promise((resolve) => server.on('connection', resolve));
  const client = connect(url, { transports: [process.env.TRANSPORT ?? 'websocket'] });
  client.onAny((event, ...args) => got.push([event, ...args.filter((arg) => typeof arg !== 'function')]));
  const socket = await connected;
  for (const name of ['emit', 'on', 'dispatch', 'run'])
    say(name, Socket.prototype[name]?.name, Socket.prototype[name]?.length, Object.keys(Socket.prototype).includes(name));
  say('socket', shape(socket).classes, listeners(socket), listeners(server.sockets));

  const removed = () => order.push(['removed listener called']);
  const kept = function kept(...args) {
    order.push(['kept', this === socket, ...args.map((arg) => typeof arg)]);
  };
  socket.on('event', kept).on('event', removed).once('event', kept);
  say('added', listeners(socket), socket.listeners('event')[0] === kept, socket.rawListeners('event').length);
  socket.off('event', removed);
  say('removed', listeners(socket));
  socket.onAny((event) => order.push(['any', event]));
  socket.onAnyOutgoing((event, ...args) => order.push(['outgoing', event, args.length]));
  socket.use((event, next) => {
    order.push(['middleware', event[0], event.length]);
    if (event[0] === 'refused') return next(new RangeError('refused'));
    if (event[0] === 'later') return void setImmediate(next);
    next();
  });
  socket.on('error', (error) => order.push(['error', failure(error)]));
  socket.on('ask', (question, acknowledge) => acknowledge(`${question}?`, acknowledge.length));
  socket.on('later', async (acknowledge) => {
    await Promise.resolve();
    acknowledge('later');
  });
  client.on('question', (question, acknowledge) => acknowledge(`${question}!`));

  // Each is answered before the next.
  const settle = () => client.emitWithAck('ask', 'done');
  const payload = deepFreeze({ a: [1, { b: 2 }], text: 'a' });
  client.emit('event', payload, Buffer.from('bytes'));
  await settle();
  client.emit('event');
  client.emit('refused', 1);
  say(await client.emitWithAck('later'), await client.emitWithAck('ask', 'what'));
  say(
    'returns',
    socket.emit('hello', payload),
    socket.volatile.emit('volatile'),
    server.emit('everybody', 1),
    server.to(socket.id).emit('room', 2),
    socket.broadcast.emit('others'),
  );
  say('payload', payload);
  for (const event of ['connect', 'disconnect', 'newListener']) {
    say(event, await outcome(() => socket.emit(event)), await outcome(() => server.emit(event)));
  }
  say(await socket.emitWithAck('question', 'one'), await server.timeout(1000).emitWithAck('question', 'all'));
  await new Promise((resolve) =>
    socket.timeout(1000).emit('question', 'two', (error, answer) => resolve(say('acknowledged', error, answer))),
  );
  say('late', await outcome(() => socket.timeout(1).emitWithAck('unheard')));
  await settle();
  await settle();
  say('order', order);
  say('client got', got);
  socket.join(['a', 'b']);
  const gone = once(socket, 'disconnect').then((reason) => say('gone', reason, [...socket.rooms]));
  client.close();
  await gone;
  say('afterwards', socket.emit('nobody'), listeners(socket));
  if (process.env.END === 'throw') {
    const other = connect(url, { transports: ['websocket'], forceNew: true });
    server.on('connection', (each) =>
      each.on('throws', () => {
        throw new RangeError('nobody handles this');
      }),
    );
    other.emit('throws');
    return;
  }
  await server.close();
};
