// The public API of GraphQL, with every kind of argument. GRAPHQL names the package: `graphql` or an alias of another major.
// node [--require signalbox/register] test/differential/programs/graphql.cjs
const graphql = require(process.env.GRAPHQL ?? 'graphql');
require('./graphql.app.cjs')(graphql);
