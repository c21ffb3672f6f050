import { getLogger, setLogContext } from 'signalbox/logging';
import run from './server.app.cjs';
await run({ getLogger, setLogContext });
