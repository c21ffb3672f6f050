import type { Exchange, ServerProgram } from '../kit/server-program.ts';
import { runSql } from '../kit/run-tool.ts';

const ask = (query: string, status: number, spans: number): Exchange => ({
  method: 'POST',
  path: '/graphql',
  body: JSON.stringify({ query }),
  status,
  spans,
});

const SCHEMA = `
  drop schema if exists rail cascade;
  create schema rail;
  create table rail.line (id serial primary key, name text not null);
  create table rail.signal (id serial primary key, line_id int not null references rail.line, name text not null);
  create index on rail.signal (line_id);
  insert into rail.line (name) values ('main'), ('branch');
  insert into rail.signal (line_id, name) values (1, 'home'), (1, 'distant'), (2, 'ground');
`;

/** GraphQL made of a PostgreSQL schema, on plain `node:http`. */
export const postgraphile: ServerProgram = {
  name: 'postgraphile',
  preload: 'import',
  script: 'postgraphile/cli.js',
  service: 'postgres',
  reset: (run) => runSql(run, run.serviceUrl, SCHEMA),
  args: ({ port, serviceUrl }) => [
    '--connection',
    serviceUrl,
    '--schema',
    'rail',
    '--host',
    '127.0.0.1',
    '--port',
    `${port}`,
    '--disable-graphiql',
  ],
  ready: /GraphQL API/,
  settled: /allNothing/,
  varies: [/Join .* in supporting/],
  exchanges: [
    ask('{ allLines { nodes { name signalsByLineId { nodes { name } } } } }', 200, 5),
    ask('{ lineById(id: 1) { name } }', 200, 5),
    ask('mutation { createLine(input: { line: { name: "siding" } }) { line { id name } } }', 200, 10),
    ask('{ allNothing }', 400, 3),
    { path: '/missing', status: 404 },
    { path: '/graphql', status: 405 },
  ],
};
