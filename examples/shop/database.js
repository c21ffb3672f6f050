// A PostgreSQL for machines without one: PGlite, which any client reaches over TCP.
//
// One session stands behind all connections. Clients take turns: with one exchange (all messages up to the one that asks
// for an answer), or, once a transaction is open, until it ends. Statements with a name would still clash.
//
// PORT  default 5432; 0 takes a free one
import { createServer } from 'node:net';
import { PGlite } from '@electric-sql/pglite';

const SSL_REQUEST = 80877103;
const CANCEL_REQUEST = 80877102;
/** Query, Sync, CopyDone, CopyFail: the messages that the server answers with ReadyForQuery. */
const LAST_OF_EXCHANGE = new Set([...'QScf'].map((letter) => letter.charCodeAt(0)));
const TERMINATE = 'X'.charCodeAt(0);

const db = await PGlite.create();

/** Waits for this caller's turn; the result ends it. */
let lastTurn = Promise.resolve();
async function takeTurn() {
  const before = lastTurn;
  let endTurn;
  lastTurn = new Promise((resolve) => {
    endTurn = resolve;
  });
  await before;
  return endTurn;
}

async function serve(socket) {
  let endTurn;
  try {
    for await (const exchange of exchanges(socket)) {
      endTurn ??= await takeTurn();
      socket.write(await db.execProtocolRaw(exchange));
      if (db.isInTransaction()) continue;
      endTurn();
      endTurn = undefined;
    }
  } finally {
    if (endTurn && db.isInTransaction()) await db.exec('rollback');
    endTurn?.();
    socket.destroy();
  }
}

/** https://www.postgresql.org/docs/current/protocol-message-formats.html */
async function* exchanges(socket) {
  let received = Buffer.alloc(0);
  let begun = 0;
  let isStarted = false;
  for await (const chunk of socket) {
    received = Buffer.concat([received, chunk]);
    for (;;) {
      const lengthAt = isStarted ? begun + 1 : 0;
      if (received.length < lengthAt + 4) break;
      const end = lengthAt + received.readInt32BE(lengthAt);
      if (received.length < end) break;

      const code = isStarted ? received[begun] : received.readInt32BE(4);
      if (code === TERMINATE || code === CANCEL_REQUEST) return;
      begun = end;
      if (code === SSL_REQUEST) socket.write('N');
      else if (!isStarted || LAST_OF_EXCHANGE.has(code)) yield received.subarray(0, end);
      else continue;
      isStarted ||= code !== SSL_REQUEST;
      received = received.subarray(end);
      begun = 0;
    }
  }
}

const server = createServer((socket) => {
  serve(socket).catch((error) => console.error(JSON.stringify({ level: 'error', message: 'connection lost', error: error.message })));
});
server.listen(Number(process.env.PORT ?? 5432), '127.0.0.1', () => {
  console.log(JSON.stringify({ level: 'info', message: 'database listening', port: server.address().port }));
});

for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, () => process.exit(0));
