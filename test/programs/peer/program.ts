import type { ServerProgram } from '../kit/server-program.ts';

/** A signalling server: Express 4, and WebSockets by ws. */
export const peer: ServerProgram = {
  name: 'peer',
  preload: 'import',
  script: 'peer/dist/bin/peerjs.js',
  args: ({ port }) => ['--port', `${port}`, '--host', '127.0.0.1', '--path', '/signals', '--allow_discovery'],
  settled: /Client disconnected/,
  varyingHeaders: ['etag'],
  ready: /Started PeerServer/,
  exchanges: [
    { path: '/signals', status: 200, route: '/signals', spans: 2 },
    { path: '/signals/peerjs/id', status: 200, route: '/signals/:key/id', spans: 2, varies: /.+/ },
    { path: '/signals/peerjs?key=peerjs&id=ada&token=t', status: 101, upgrade: true },
    { path: '/signals/peerjs/peers', status: 200, route: '/signals/:key/peers', spans: 2 },
    { path: '/signals/peerjs/nothing', status: 404 },
    { path: '/nothing', status: 404 },
  ],
};
