// SERVICE=… node --import signalbox/register test/matrix/programs/graphql.mjs
import * as graphql from 'graphql';
import run from './graphql.app.cjs';

run(graphql);
