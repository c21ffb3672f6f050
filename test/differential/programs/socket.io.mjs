// node --import signalbox/register test/differential/programs/socket.io.mjs
import * as server from 'socket.io';
import * as client from 'socket.io-client';
import run from './socket.io.app.cjs';

void run(server, client);
