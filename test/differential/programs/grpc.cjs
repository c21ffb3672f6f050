// node test/differential/programs/grpc.cjs generated|plain
const { once } = require('node:events');
const grpc = require('@grpc/grpc-js');
const { trace } = require('@opentelemetry/api');
const { say, shape, listeners, failure, deepFreeze } = require('./show.cjs');
const { serve, clientOf, metadataOf } = require('./grpc-shop.cjs');

const kind = process.argv[2];
const withoutTrace = (map) =>
  Object.fromEntries(Object.entries(map).filter(([key]) => !/^(trace(parent|state)|baggage|user-agent|date)$/.test(key)));
const clean = (value) => (typeof value === 'object' && value !== null && !Array.isArray(value) ? withoutTrace(value) : value);
const problem = (error) => ({
  ...failure(error),
  details: error.details?.replace(/ after [\d.]+s.*/, '').replace(/Waiting.*|Deadline.*/, 'Deadline'),
  message: undefined,
  why: error.metadata && withoutTrace(error.metadata.getMap()),
});

async function calls(ask) {
  const settled = (name, ...args) =>
    new Promise((resolve) => {
      const order = [];
      const call = ask(name, ...args, function (error, value) {
        order.push('callback');
        say(`${name} answered`, error ? problem(error) : value, arguments.length, this?.constructor?.name);
      });
      say(`${name} returned`, shape(call), listeners(call), typeof call.cancel, typeof call.getPeer());
      call.on('metadata', (metadata) => order.push(`metadata ${JSON.stringify(withoutTrace(metadata.getMap()))}`));
      call.on('status', ({ code, details, metadata }) =>
        resolve(
          say(`${name} status`, [code, details.replace(/ after.*|Deadline.*/, '')], withoutTrace(metadata.getMap()), order.join(', ')),
        ),
      );
      for (const n of call.write === undefined ? [] : [1, 2]) call.write({ n });
      call.end?.();
    });
  const drained = async (name, ...args) => {
    const call = ask(name, ...args);
    say(`${name} returned`, shape(call), listeners(call));
    call.on('status', ({ code, metadata }) => say(`${name} status`, code, withoutTrace(metadata.getMap())));
    for (const n of call.write === undefined ? [] : [1, 2]) call.write({ n });
    call.end?.();
    const got = [];
    try {
      for await (const message of call) got.push(message);
    } catch (error) {
      got.push(problem(error));
    }
    say(`${name} drained`, got);
  };
  const own = metadataOf({ tag: 'own', 'raw-bin': Buffer.from([1, 2]) });
  const options = deepFreeze({ deadline: Date.now() + 60_000 });
  for (const rest of [[], [own], [options], [own, options]]) {
    await settled('One', { n: 1 }, ...rest);
    await settled('Sum', ...rest);
    await drained('Many', { n: 2 }, ...rest);
    await drained('Chat', ...rest);
  }
  say('own metadata afterwards', own.getMap(), Object.keys(own));
  await settled('Fail', {});
  await settled('Throws', {});
  await settled('Slow', {}, { deadline: Date.now() + 100 });
  await drained('Breaks', {});
  const slow = new Promise((resolve) => {
    const call = ask('Slow', {}, (error) => resolve(say('cancelled', problem(error))));
    setTimeout(() => call.cancel(), 100);
  });
  await slow;
  const left = ask('Many', { n: 100 });
  left.on('error', (error) => say('left', problem(error)));
  await once(left, 'data');
  left.cancel();
  await once(left, 'error');
  const removed = ask('Many', { n: 1 });
  const listener = () => say('removed listener is called');
  removed.on('data', listener).off('data', listener).resume();
  await once(removed, 'end');
  for (const misused of [() => ask('One', {}), () => ask('One', { n: 1 }, 'no metadata', () => {}), () => ask('Sum')]) {
    try {
      say('misused', typeof misused());
    } catch (error) {
      say('misused', failure(error));
    }
  }
}

async function interceptors(address) {
  const seen = [];
  const spy = (options, next) =>
    new grpc.InterceptingCall(next(options), {
      start(metadata, listener, go) {
        seen.push(`start ${options.method_definition.path} ${Object.keys(metadata.getMap())}`);
        metadata.set('tag', 'by interceptor');
        go(metadata, {
          onReceiveMetadata: (received, following) => (seen.push('metadata'), following(received)),
          onReceiveMessage: (message, following) => (seen.push('message'), following(message)),
          onReceiveStatus: (status, following) => (seen.push(`status ${status.code}`), following(status)),
        });
      },
      sendMessage: (message, go) => (seen.push('sent'), go(message)),
      halfClose: (go) => (seen.push('half-closed'), go()),
      cancel: (go) => (seen.push('cancel'), go()),
    });
  const answering = (options, next) =>
    new grpc.InterceptingCall(next(options), {
      start(_metadata, listener) {
        listener.onReceiveMessage({ cached: true });
        listener.onReceiveStatus({ code: 0, details: '', metadata: new grpc.Metadata() });
      },
      sendMessage() {},
      halfClose() {},
    });
  for (const [name, interceptor, method] of [
    ['spy', spy, 'One'],
    ['answering', answering, 'One'],
  ]) {
    const { client, ask } = clientOf(kind, address, { interceptors: [interceptor] });
    await new Promise((resolve) => ask(method, { n: 1 }, (error, value) => resolve(say(name, error ? problem(error) : value))));
    client.close();
  }
  const { client, ask } = clientOf(kind, address);
  await new Promise((resolve) => ask('One', { n: 5 }, { interceptors: [spy] }, (error, value) => resolve(say('of the call', value))));
  say('seen', seen);
  client.close();
  await new Promise((resolve) => {
    try {
      ask('One', { n: 1 }, (error) => resolve(say('closed', failure(error))));
    } catch (error) {
      resolve(say('closed throws', failure(error)));
    }
  });
  const refused = clientOf(kind, '127.0.0.1:1');
  await new Promise((resolve) => refused.ask('One', { n: 1 }, (error) => resolve(say('refused', error.code))));
  refused.client.close();
}

async function serverInterceptors() {
  const seen = [];
  const interceptor = (method, call) =>
    new grpc.ServerInterceptingCall(call, {
      start: (next) =>
        next({
          onReceiveMetadata: (metadata, following) => (seen.push(`metadata ${method.path}`), following(metadata)),
          onReceiveMessage: (message, following) => (seen.push('message'), following(message)),
          onReceiveHalfClose: (following) => (seen.push('half-closed'), following()),
          onCancel: () => seen.push('cancelled'),
        }),
      sendMetadata: (metadata, next) => (seen.push('send metadata'), next(metadata)),
      sendMessage: (message, next) => (seen.push('send'), next(message)),
      sendStatus: (status, next) => (seen.push(`status ${status.code}`), next(status)),
    });
  const { server, address } = await serve(undefined, undefined, { interceptors: [interceptor] });
  const { client, ask } = clientOf(kind, address);
  await new Promise((resolve) => ask('One', { n: 1 }, resolve));
  await new Promise((resolve) => ask('Many', { n: 2 }).resume().on('end', resolve));
  client.close();
  await new Promise((resolve) => server.tryShutdown(resolve));
  say('server interceptors', seen);
}

trace.getTracer('program').startActiveSpan('work', async (span) => {
  const heard = [];
  const { server, address } = await serve((...what) => heard.push(what.map(clean)));
  const { client, ask } = clientOf(kind, address);
  say('client', shape(client));
  await calls(ask);
  client.close();
  await interceptors(address);
  await new Promise((resolve) => setTimeout(resolve, 200));
  say('heard', heard);
  server.forceShutdown();
  await serverInterceptors();
  span.end();
});
