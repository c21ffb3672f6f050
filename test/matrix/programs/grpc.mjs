// SERVICE=… node --import signalbox/register test/matrix/programs/grpc.mjs
import * as grpc from '@grpc/grpc-js';
import run from './grpc.app.cjs';

run(grpc);
