// node --import signalbox/register test/e2e/programs/frameworks/hapi.mjs
import { Server } from '@hapi/hapi';
import createServer from './hapi.app.cjs';
import serve from './serve.cjs';
serve((await createServer(() => new Server({ debug: false }))).listener);
