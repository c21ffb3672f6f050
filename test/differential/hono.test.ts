/** Hono: an application sees what it sees without signalbox, and its server spans have routes. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { routeOf } from '../../src/instrumentation/frameworks/hono.ts';
import { installNode } from '../matrix/releases.ts';
import { assertQuiet, compare } from './kit.ts';

describe('Hono', { concurrency: 2 }, () => {
  for (const [release, kind] of ['22.15.0', '24.21.0', '26.10.0'].flatMap((each) => [[each, 'cjs'] as const, [each, 'mjs'] as const])) {
    for (const end of ['well', 'throw']) {
      it(`is as it is bare, and names routes: Node.js ${release} [${kind}], ${end === 'throw' ? 'with a rejection that nobody handles' : 'ending well'}`, async (t) => {
        const watched = await compare({ program: `hono.${kind}`, env: { END: end }, node: await installNode(release) }, 18);
        assertQuiet(watched);
        t.diagnostic(`${watched.stdout.split('\n').length} lines compared, 0 differences`);
        const servers = watched.spans.filter((span) => span.kind === 'server');
        assert.deepEqual(
          servers.map(({ attributes, name }) => `${attributes['url.path']} ${name}`),
          [
            '/orders/1 GET /orders/:id',
            '/orders/2 GET /orders/:id',
            '/orders/2 HEAD /orders/:id',
            '/optional GET /optional/:a?',
            '/optional/a GET /optional/:a?',
            '/cache/a/b PUT /cache/*',
            '/all POST /all',
            '/throws GET /throws',
            '/api/v1/users/ada GET /api/v1/users/:name{[a-z]+}',
            '/api/v1/users/1 GET',
            '/inner/7 GET /inner/:id',
            '/nowhere GET',
            '/orders/1 DELETE',
          ],
        );
      });
    }
  }

  it('takes the first handler of the method for the route, and no middleware', () => {
    const middleware = { method: 'ALL', path: '/*' };
    assert.equal(routeOf([middleware, { method: 'GET', path: '/a/:id' }, { method: 'GET', path: '/a/*' }]), '/a/:id');
    assert.equal(routeOf([middleware, { method: 'ALL', path: '/a' }]), '/a');
    assert.equal(routeOf([middleware]), undefined);
    assert.equal(routeOf([undefined]), undefined);
    assert.equal(routeOf([]), undefined);
  });
});
