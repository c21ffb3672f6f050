// SERVICE=… node --require signalbox/register test/matrix/programs/graphql.cjs
const graphql = require('graphql');
require('./graphql.app.cjs')(graphql);
