/** restify: the server spans have the routes of the application, and what a handler gave to `next` as an error. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { ROOT } from '../e2e/kit/run-program.ts';
import { placeOf, runQuietly } from './kit.ts';
import { installLibraries } from './libraries.ts';

it('restify: server spans have routes and errors', async () => {
  using place = placeOf([ROOT, await installLibraries()]);
  const { code, spans } = await runQuietly({ place, program: 'restify.cjs' });
  assert.equal(code, 0);
  const servers = spans.filter(({ kind }) => kind === 'server').slice(0, 17);
  assert.deepEqual(
    servers.map(({ attributes, events, name }) =>
      `${attributes['url.path']} ${name} ${events.map((event) => event.attributes['exception.message']).join()}`.trimEnd(),
    ),
    [
      '/orders/1 GET /orders/:id',
      '/orders/2 GET /orders/:id',
      '/orders/2 HEAD',
      '/orders POST /orders',
      '/orders POST /orders',
      '/slow GET /slow',
      '/stream GET /stream',
      '/stream GET /stream',
      '/throws GET /throws it broke',
      '/rejects GET /rejects',
      '/refused GET /refused',
      '/missing GET /missing',
      '/api/v1/users/ada GET /api/:version/users/:name',
      '/orders/1 DELETE',
      '/orders/1 OPTIONS',
      '/nowhere GET',
      '/%zz GET',
    ],
  );
});
