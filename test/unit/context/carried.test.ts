import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { createServer, get, IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, it, test } from 'node:test';
import { inspect } from 'node:util';
import { carriedBy, carry, prepareCarriers } from '../../../src/context/carried.ts';
import { activeContext, createContextManager, emitInCarried } from '../../../src/context/context-manager.ts';
import { api } from '../../../src/runtime/otel.ts';

const KEY = api.createContextKey('name');
const [a, b] = ['a', 'b'].map((name) => api.ROOT_CONTEXT.setValue(KEY, name)) as [typeof api.ROOT_CONTEXT, typeof api.ROOT_CONTEXT];
prepareCarriers(IncomingMessage.prototype);

/** `seen` is called with a request that a server is answering. */
async function answer(seen: (request: IncomingMessage, response: ServerResponse) => void): Promise<void> {
  const server = createServer((request, response) => {
    seen(request, response);
    response.end();
  }).listen(0);
  await once(server, 'listening');
  const [response] = (await once(get({ port: (server.address() as AddressInfo).port }), 'response')) as [IncomingMessage];
  response.resume();
  await once(response, 'end');
  server.close();
}

describe('what a request carries', () => {
  it('is found through what an application makes of the request', () =>
    answer((request) => {
      assert.equal(carriedBy(request), undefined);
      carry(request, { context: a });
      const wrappers = [request, new Proxy(request, {}), Object.create(request) as object, new Proxy(Object.create(request) as object, {})];
      assert.deepEqual(
        wrappers.map((wrapper) => carriedBy(wrapper)?.context === a),
        [true, true, true, true],
      );
      carry(request, { context: b });
      assert.equal(carriedBy(request)?.context, b);
    }));

  it('does not show', () =>
    answer((request) => {
      const [keys, shown] = [Reflect.ownKeys(request), inspect(request, { showHidden: true })];
      carry(request, { context: a });
      assert.deepEqual([Reflect.ownKeys(request), inspect(request, { showHidden: true })], [keys, shown]);
    }));

  it('is nothing behind a proxy that throws, or is of another request', () =>
    answer((request) => {
      carry(request, { context: a });
      const hostile = new Proxy(Object.create(IncomingMessage.prototype) as IncomingMessage, {
        get(target, name) {
          if (name === 'rawHeaders') throw new Error('no');
          return name === 'socket' ? request.socket : Reflect.get(target, name, hostile);
        },
      });
      assert.equal(carriedBy(hostile), undefined);
      assert.equal(carriedBy(new Proxy(new IncomingMessage(request.socket), {})), undefined);
    }));
});

describe('the listeners of a class that emits in what its instances carry', () => {
  const storage = createContextManager();
  class Emitter extends EventEmitter {}
  emitInCarried(Emitter.prototype);

  test('run there, with all arguments, and what is active stays so', () => {
    const emitter = new Emitter();
    const heard: unknown[] = [];
    emitter.on('event', (...args) => heard.push(activeContext(), ...(args as unknown[])));
    assert.equal(emitter.emit('event', 1, 2), true);
    carry(emitter, { context: a });
    storage.with(b, () => {
      emitter.emit('event', 3);
      heard.push(activeContext());
      storage.with(a, () => emitter.emit('event', 4));
    });
    assert.equal(emitter.emit('other'), false);
    assert.deepEqual(heard, [api.ROOT_CONTEXT, 1, 2, a, 3, b, a, 4]);
  });

  test('hear of the end after what is carried does', () => {
    const emitter = new Emitter();
    const heard: string[] = [];
    emitter.on('close', () => heard.push('listener'));
    carry(emitter, { context: a, onClose: () => heard.push(activeContext() === a ? 'carried' : 'elsewhere') });
    emitter.emit('close');
    assert.deepEqual(heard, ['carried', 'listener']);
  });

  test('hear everything of an instance that carries nothing, and may replace its emit', () => {
    const emitter = new Emitter();
    assert.throws(() => emitter.emit('error', new RangeError('heard by nobody')), RangeError);
    emitter.emit = () => true;
    assert.equal(emitter.emit('error', new RangeError('heard by nobody')), true);
  });
});
