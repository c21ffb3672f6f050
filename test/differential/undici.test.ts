/** undici and `fetch`, of each major and of each line of Node.js: a program sees what it sees without signalbox, and each request has its span. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ReceivedSpan } from '../../src/otlp/decode/model.ts';
import { installNode } from '../matrix/releases.ts';
import { AS_INSTALLED, assertQuiet, compare, runQuietly, runWatched, type Place } from './kit.ts';
import { placeWithLibraries } from './libraries.ts';

interface Compared {
  readonly what: string;
  /** Without its ending. */
  readonly program: 'undici' | 'fetch';
  readonly place?: () => Promise<Place>;
  readonly release?: string;
}

const PACKAGES: readonly Compared[] = [
  { what: 'undici 5', program: 'undici', place: () => placeWithLibraries({ undici: 'undici5', '@fastify/busboy': '@fastify/busboy' }) },
  { what: 'undici 6', program: 'undici', place: () => placeWithLibraries({ undici: 'undici6' }) },
  { what: 'undici 7', program: 'undici', place: () => placeWithLibraries({ undici: 'undici7' }) },
  { what: 'undici 8', program: 'undici' },
];
const RELEASES = ['22.15.0', '24.21.0', '26.10.0'];
const COMPARED: readonly Compared[] = [
  ...PACKAGES,
  ...RELEASES.map((release): Compared => ({ what: `fetch of Node.js ${release}`, program: 'fetch', release })),
];

describe('a program that asks by undici or fetch is as it is bare', { concurrency: 2 }, () => {
  for (const { what, program, place = async () => AS_INSTALLED, release } of COMPARED) {
    for (const kind of ['cjs', 'mjs']) {
      for (const end of ['well', 'throw']) {
        it(`${what} [${kind}], ${end === 'throw' ? 'with a rejection that nobody handles' : 'ending well'}`, async (t) => {
          using found = await place();
          const node = release === undefined ? undefined : await installNode(release);
          const watched = await compare({ place: found, program: `${program}.${kind}`, env: { END: end }, node }, 60);
          assertQuiet(watched);
          t.diagnostic(`${watched.stdout.split('\n').length} lines compared, 0 differences`);
        });
      }
    }
  }
});

const REQUESTS = 50;
/** Below each server span: path, status, whether it is an error, and which time it is sent. */
const ASKED = [
  '/agent/ID?token=REDACTED 200 unset 0',
  '/away/ID 302 unset 0',
  '/elsewhere/ID 302 unset 1',
  '/end/ID 200 unset 2',
  '/fetch/ID 200 unset 0',
  '/passed-on/ID 200 unset 0',
  '/pool/ID 200 unset 0',
  '/stream/ID 200 unset 0',
];
const BY_INTERCEPTORS = [
  '/away/rID 302 unset 0',
  '/elsewhere/rID 302 unset 1',
  '/end/rID 200 unset 2',
  '/flaky/ID 200 unset 2',
  '/flaky/ID 503 error 0',
  '/flaky/ID 503 error 1',
];

function asked({ attributes, status }: ReceivedSpan, id: string): string {
  const path = String(attributes['url.full'])
    .replace(/^http:\/\/127\.0\.0\.1:\d+/, '')
    .replace(new RegExp(`^(/[a-z-]+/r?)${id}(?=$|[?])`), '$1ID');
  return [path, attributes['http.response.status_code'], status.code, attributes['http.request.resend_count'] ?? 0].join(' ');
}

describe('requests that wait for connections, are redirected and tried again', { concurrency: 2 }, () => {
  for (const { what, place = async () => AS_INSTALLED, release } of [...PACKAGES, { ...(PACKAGES[3] as Compared), release: '22.15.0' }]) {
    it(`are each in the trace of who asked: ${what}${release === undefined ? '' : `, Node.js ${release}`}`, async () => {
      using found = await place();
      const node = release === undefined ? undefined : await installNode(release);
      const { code, metrics, spans, stdout } = await runWatched({
        place: found,
        program: 'undici-requests.cjs',
        args: [String(REQUESTS)],
        node,
      });
      const expected = [...ASKED, ...(what === 'undici 5' ? [] : BY_INTERCEPTORS)].sort();
      assert.deepEqual([code, stdout.trim()], [0, what === 'undici 5' ? '' : 'retries redirects']);
      const clients = spans.filter(({ scope }) => scope.name === 'signalbox/undici');
      const servers = spans.filter(({ attributes, kind }) => kind === 'server' && /^\/\d+$/.test(String(attributes['url.path'])));
      assert.equal(servers.length, REQUESTS);
      for (const server of servers) {
        const id = String(server.attributes['url.path']).slice(1);
        const own = clients.filter(({ parentSpanId }) => parentSpanId === server.spanId);
        assert.deepEqual(own.map((span) => asked(span, id)).sort(), expected);
        const after = spans.filter(({ name, traceId }) => name.startsWith('after') && traceId === server.traceId);
        assert.deepEqual([...new Set(after.map(({ name, parentSpanId }) => `${name} ${parentSpanId}`))], [`after ${id} ${server.spanId}`]);
      }
      for (const { attributes, kind, name } of clients) {
        const isAgent = attributes['user_agent.original'] === 'me/1';
        assert.deepEqual([kind, name], ['client', isAgent ? 'POST' : 'GET']);
        assert.deepEqual([attributes['server.address'], attributes['network.peer.address']], ['127.0.0.1', '127.0.0.1']);
        assert.deepEqual([attributes['server.port'], attributes['network.protocol.version']], [attributes['network.peer.port'], '1.1']);
      }
      const duration = metrics.find(({ name, scope }) => name === 'http.client.request.duration' && scope.name === 'signalbox/undici');
      assert.ok(duration?.type === 'histogram');
      assert.equal(
        duration.points.reduce((sum, { count }) => sum + Number(count), 0),
        expected.length * REQUESTS,
      );
    });
  }
});

describe('options of the official instrumentation', { concurrency: 2 }, () => {
  for (const release of RELEASES) {
    it(`are understood, and a connection that is upgraded has a span: Node.js ${release}`, async () => {
      const options = {
        undici: { requireParentforSpans: true, headersToSpanAttributes: { requestHeaders: ['X-Note'], responseHeaders: ['set-cookie'] } },
      };
      const env = { SIGNALBOX_INSTRUMENTATION_OPTIONS: JSON.stringify(options) };
      const { code, spans } = await runQuietly({ program: 'fetch-options.cjs', env, node: await installNode(release) });
      assert.equal(code, 0);
      const clients = spans.filter(({ kind }) => kind === 'client');
      const work = spans.find(({ name }) => name === 'work');
      assert.deepEqual(
        clients.map(({ attributes, name, parentSpanId, status }) => [
          name,
          parentSpanId,
          attributes['http.response.status_code'],
          status.code,
        ]),
        [
          ['PATCH', work?.spanId, 200, 'unset'],
          ['GET', work?.spanId, 101, 'unset'],
        ],
      );
      const { attributes } = clients[0] as ReceivedSpan;
      assert.deepEqual(attributes['http.request.header.x-note'], ['a, b']);
      assert.equal((attributes['http.response.header.set-cookie'] as string[]).length, 2);
    });
  }
});
