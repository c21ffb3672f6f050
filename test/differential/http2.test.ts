/** Servers of HTTP/2: handlers and clients see what they see without signalbox, and each stream has its span. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ReceivedSpan } from '../../src/otlp/decode/model.ts';
import { createSelfSigned } from '../kit/certificates.ts';
import { installNode } from '../matrix/releases.ts';
import { assertQuiet, compare, runQuietly, runWatched, type Watched } from './kit.ts';

/** It publishes nothing of them. */
const OLDER = '22.15.0';
const RELEASES = ['22.23.3', '24.11.0', '24.21.0', '26.10.0'];

const { key: KEY, cert: CERT } = await createSelfSigned();

function assertUnseen({ said, spans }: Watched): void {
  assert.deepEqual(
    said.filter(({ level }) => level !== 'info').map(({ code }) => code),
    ['http2-unseen'],
  );
  assert.deepEqual(
    spans.filter(({ attributes }) => attributes['network.protocol.version'] === '2'),
    [],
  );
}

describe('a server of HTTP/2 that is watched is as it is bare', { concurrency: 2 }, () => {
  for (const release of [OLDER, ...RELEASES]) {
    for (const kind of ['cjs', 'mjs']) {
      for (const end of ['well', 'throw']) {
        it(`Node.js ${release} [${kind}], ${end === 'throw' ? 'with an error that nobody handles' : 'ending well'}`, async (t) => {
          const env = { END: end, KEY, CERT };
          const watched = await compare({ program: `http2.${kind}`, env, node: await installNode(release) }, 60);
          if (release === OLDER) assertUnseen(watched);
          else assertQuiet(watched);
          t.diagnostic(`${watched.stdout.split('\n').length} lines compared, 0 differences`);
        });
      }
    }
  }
});

const REQUESTS = 50;

function shown({ attributes, name, status }: ReceivedSpan): object {
  return {
    name,
    status: attributes['http.response.status_code'],
    route: attributes['http.route'],
    type: attributes['error.type'],
    isError: status.code === 'error',
  };
}

describe('spans of HTTP/2', { concurrency: 2 }, () => {
  for (const release of RELEASES) {
    it(`are in their callers' traces, with what handlers and listeners record below them: Node.js ${release}`, async () => {
      const env = { KEY, CERT };
      const { code, metrics, spans } = await runQuietly({
        program: 'http2-requests.cjs',
        args: [String(REQUESTS)],
        env,
        node: await installNode(release),
      });
      assert.equal(code, 0);
      const servers = spans.filter(({ kind }) => kind === 'server');
      const byPath = new Map(servers.map((span) => [String(span.attributes['url.path']), span]));
      assert.equal(byPath.size, servers.length);
      for (let id = 0; id < REQUESTS; id++) {
        const server = byPath.get(`/${id}`) as ReceivedSpan;
        const asked = spans.find(({ name }) => name === `ask ${id}`);
        assert.deepEqual([server.name, server.traceId, server.parentSpanId], ['POST', asked?.traceId, asked?.spanId]);
        const below = spans.filter(({ parentSpanId }) => parentSpanId === server.spanId).map(({ name }) => name);
        assert.deepEqual(
          below.sort(),
          ['close', 'data', 'end', 'finish', 'work'].map((what) => `${what} ${id}`),
        );
        const work = spans.find(({ name }) => name === `work ${id}`);
        assert.equal(spans.find(({ name }) => name === `within ${id}`)?.parentSpanId, work?.spanId);
        const { attributes } = server;
        assert.deepEqual(
          [
            attributes['http.request.method'],
            attributes['url.scheme'],
            attributes['network.protocol.version'],
            attributes['user_agent.original'],
          ],
          ['POST', 'http', '2', 'me/1'],
        );
        assert.deepEqual([attributes['server.address'], attributes['client.address']], ['127.0.0.1', '127.0.0.1']);
      }
      const others = [...byPath].filter(([path]) => !/^\/\d+$/.test(path));
      const fine = { name: 'GET', status: 200, route: undefined, type: undefined, isError: false };
      assert.deepEqual(Object.fromEntries(others.map(([path, span]) => [path, shown(span)])), {
        '/pushes': fine,
        '/fails': { ...fine, status: 500, type: '500', isError: true },
        '/destroys': { ...fine, type: 'RangeError', isError: true },
        '/closes': { ...fine, type: 'destroyed', isError: true },
        '/waits': { ...fine, type: 'aborted' },
        '/orders/7': { ...fine, name: 'GET /orders/:id', route: '/orders/:id' },
        '/throws': { ...fine, name: 'GET /throws', route: '/throws', status: 500, type: '500', isError: true },
        '/secure': fine,
        '/secure-old': fine,
      });
      const thrown = byPath.get('/throws')?.events.map(({ attributes }) => attributes['exception.message']);
      assert.deepEqual(thrown, ['it broke']);
      const { attributes: secure } = byPath.get('/secure') as ReceivedSpan;
      assert.deepEqual([secure['url.scheme'], secure['network.protocol.version']], ['https', '2']);
      assert.equal(byPath.get('/secure-old')?.attributes['network.protocol.version'], '1.1');
      const duration = metrics.find(({ name }) => name === 'http.server.request.duration');
      assert.ok(duration?.type === 'histogram');
      assert.equal(
        duration.points.reduce((sum, { count }) => sum + Number(count), 0),
        servers.length,
      );
    });
  }

  it('are none of calls of gRPC, which have their own', async () => {
    const { code, spans } = await runWatched({ program: 'grpc-requests.cjs', args: ['3'] });
    assert.equal(code, 0);
    const doubled = spans.filter(
      ({ attributes, scope }) => scope.name === 'signalbox/http' && attributes['network.protocol.version'] === '2',
    );
    assert.deepEqual(doubled, []);
    assert.ok(spans.some(({ kind, scope }) => kind === 'server' && scope.name === 'signalbox/grpc'));
  });
});
