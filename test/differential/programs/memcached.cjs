// node --require signalbox/register test/differential/programs/memcached.cjs
const { createServer } = require('node:net');
const { trace } = require('@opentelemetry/api');
const Memcached = require('memcached');
const { say, shape, listeners, failure, deepFreeze } = require('./show.cjs');

// As much of a memcached server as the client asks for.
const values = new Map();
const STORE = {
  set: () => true,
  add: (key) => !values.has(key),
  replace: (key) => values.has(key),
};
function answer(line, data) {
  const [command, key, flags = '0'] = line.split(' ');
  if (command === 'get' || command === 'gets')
    return `${line
      .split(' ')
      .slice(1)
      .filter((each) => values.has(each))
      .map(
        (each) =>
          `VALUE ${each} ${values.get(each).flags} ${values.get(each).data.length}${command === 'gets' ? ' 1' : ''}\r\n${values.get(each).data}\r\n`,
      )
      .join('')}END\r\n`;
  if (command in STORE) {
    if (!STORE[command](key)) return 'NOT_STORED\r\n';
    values.set(key, { flags, data });
    return 'STORED\r\n';
  }
  if (command === 'delete') return values.delete(key) ? 'DELETED\r\n' : 'NOT_FOUND\r\n';
  if (command === 'incr') {
    if (!values.has(key)) return 'NOT_FOUND\r\n';
    values.get(key).data = String(Number(values.get(key).data) + Number(flags));
    return `${values.get(key).data}\r\n`;
  }
  return command === 'version' ? 'VERSION 1.6.0\r\n' : 'ERROR\r\n';
}
const server = createServer((socket) => {
  let waiting = '';
  socket.on('data', (chunk) => {
    waiting += chunk;
    for (let end = waiting.indexOf('\r\n'); end !== -1; end = waiting.indexOf('\r\n')) {
      const line = waiting.slice(0, end);
      const size = line.split(' ')[0] in STORE ? Number(line.split(' ')[4]) : -1;
      const rest = end + 2;
      if (size >= 0 && waiting.length < rest + size + 2) return;
      socket.write(answer(line, size < 0 ? '' : waiting.slice(rest, rest + size)));
      waiting = waiting.slice(size < 0 ? rest : rest + size + 2);
    }
  });
});

server.listen(0, '127.0.0.1', () =>
  trace.getTracer('program').startActiveSpan('work', async (span) => {
    const order = [];
    const together = [];
    const location = `127.0.0.1:${server.address().port}`;
    const hidden = (value) => JSON.parse(JSON.stringify(value ?? null).replaceAll(location, 'SERVER'));
    const options = deepFreeze({ poolSize: 2, retries: 0, timeout: 500 });
    const client = new Memcached(location, { ...options });
    say('client', shape(client).classes, listeners(client), client.get.length, client.set.length);
    const call = (method, ...args) =>
      new Promise((resolve) => {
        const returned = client[method](...args, function (error, result) {
          order.push([method, arguments.length]);
          resolve([error ? hidden(failure(error)) : result, hidden(Object.keys(this ?? {})), returned === undefined]);
        });
        order.push([`${method} returned`]);
      });
    say(
      'set',
      await call('set', 'a', 'text', 10),
      await call('set', 'n', 7, 10),
      await call('set', 'o', deepFreeze({ a: [1] }), 10),
      await call('set', 'b', Buffer.from('bytes'), 10),
    );
    say('get', await call('get', 'a'), await call('get', 'n'), await call('get', 'o'), await call('get', 'b'), await call('get', 'none'));
    say('gets', await call('gets', 'a'), await call('getMulti', ['a', 'n', 'none']));
    say('add', await call('add', 'a', 'x', 10), await call('replace', 'none', 'x', 10));
    say('incr', await call('set', 'count', '1', 10), await call('incr', 'count', 2));
    say('del', await call('del', 'a'), await call('del', 'a'));
    for (const args of [
      ['get', 7],
      ['get', 'a b'],
      ['get', 'x'.repeat(300)],
      ['set', 'a', 'x', 'never'],
    ]) {
      try {
        say('misused', await call(...args));
      } catch (error) {
        say('misused', failure(error));
      }
    }
    say('version', hidden(await call('version')));
    await Promise.all(Array.from({ length: 6 }, (_, id) => call('get', 'n').then(() => together.push(id))));
    say('together', together.sort());
    const { get } = client;
    say('method', Object.hasOwn(client, 'get'), get.name);
    for (const line of order) say('order', line);
    say('listeners', listeners(client));
    client.end();
    server.close();
    span.end();
    if (process.env.END === 'throw')
      client.get('n', () => {
        throw new RangeError('nobody handles this');
      });
  }),
);
