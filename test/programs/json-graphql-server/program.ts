import type { Exchange, ServerProgram } from '../kit/server-program.ts';

const ask = (query: string, status: number, spans: number): Exchange => ({
  method: 'POST',
  path: '/',
  body: JSON.stringify({ query }),
  status,
  spans,
});

/** GraphQL over HTTP on Express 5. */
export const jsonGraphqlServer: ServerProgram = {
  name: 'json-graphql-server',
  preload: 'require',
  script: 'json-graphql-server/bin/json-graphql-server.cjs',
  args: ({ port }) => ['data.cjs', '--port', `${port}`, '--host', '127.0.0.1'],
  ready: /GraphQL server running/,
  exchanges: [
    ask('{ allPosts { id title User { name } } }', 200, 4),
    ask('{ Post(id: 1) { title views } }', 200, 4),
    ask('mutation { createPost(title: "Ground signals", views: 1, user_id: "123") { id title } }', 200, 4),
    ask('{ allNothing { id } }', 200, 3),
    ask('{ allPosts {', 200, 2),
    { path: '/', status: 200, headers: { accept: 'text/html' } },
  ],
};
