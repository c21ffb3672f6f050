// As much of a MongoDB server as its driver asks for: collections in memory, equality filters, no indexes. OP_MSG only, after the first hello.
const { createServer } = require('node:net');
const { BSON } = require('mongodb');

const HEADER_BYTES = 16;
const OP_REPLY = 1;
const OP_QUERY = 2004;
const OP_MSG = 2013;
const collections = new Map();
const matches =
  (filter = {}) =>
  (document) =>
    Object.entries(filter).every(([key, value]) => String(document[key]) === String(value?.$eq ?? value));
const found = (name) => collections.get(name) ?? collections.set(name, []).get(name);
const cursors = new Map();
let lastCursor = 0;

function cursorOf(namespace, documents, batchSize = 101) {
  const id = documents.length > batchSize ? ++lastCursor : 0;
  if (id !== 0) cursors.set(id, documents.slice(batchSize));
  return { ok: 1, cursor: { id: BSON.Long.fromNumber(id), ns: namespace, firstBatch: documents.slice(0, batchSize) } };
}

const HELLO = {
  ok: 1,
  helloOk: true,
  isWritablePrimary: true,
  ismaster: true,
  maxBsonObjectSize: 16777216,
  maxMessageSizeBytes: 48000000,
  maxWriteBatchSize: 100000,
  minWireVersion: 0,
  maxWireVersion: 25,
  readOnly: false,
};
const COMMANDS = {
  hello: () => ({ ...HELLO, localTime: new Date() }),
  ismaster: () => ({ ...HELLO, localTime: new Date() }),
  ping: () => ({ ok: 1 }),
  endSessions: () => ({ ok: 1 }),
  killCursors: () => ({ ok: 1 }),
  insert({ insert, documents }) {
    const all = found(insert);
    const twice = documents.findIndex((document) => all.some(matches({ _id: document._id })));
    if (twice !== -1) return { ok: 1, n: 0, writeErrors: [{ index: twice, code: 11000, errmsg: 'E11000 duplicate key error' }] };
    all.push(...documents);
    return { ok: 1, n: documents.length };
  },
  find({ find, filter, limit = 0, batchSize, $db }) {
    if (filter?.$bad !== undefined) return { ok: 0, code: 2, codeName: 'BadValue', errmsg: 'unknown top level operator: $bad' };
    const documents = found(find).filter(matches(filter));
    return cursorOf(`${$db}.${find}`, limit === 0 ? documents : documents.slice(0, limit), batchSize);
  },
  getMore({ getMore, collection, batchSize = 101, $db }) {
    const id = Number(getMore);
    const left = cursors.get(id) ?? [];
    cursors.set(id, left.slice(batchSize));
    return {
      ok: 1,
      cursor: {
        id: BSON.Long.fromNumber(left.length > batchSize ? id : 0),
        ns: `${$db}.${collection}`,
        nextBatch: left.slice(0, batchSize),
      },
    };
  },
  aggregate({ aggregate, pipeline, $db }) {
    const filter = pipeline.find((stage) => stage.$match)?.$match;
    const documents = found(aggregate).filter(matches(filter));
    const counts = pipeline.some((stage) => stage.$group);
    return cursorOf(`${$db}.${aggregate}`, counts ? [{ _id: 1, n: documents.length }] : documents);
  },
  update({ update, updates }) {
    let n = 0;
    for (const { q, u, multi } of updates)
      for (const document of found(update)
        .filter(matches(q))
        .slice(0, multi ? undefined : 1))
        n += Object.assign(document, u.$set) ? 1 : 0;
    return { ok: 1, n, nModified: n };
  },
  delete({ delete: name, deletes }) {
    const before = found(name).length;
    for (const { q } of deletes)
      collections.set(
        name,
        found(name).filter((document) => !matches(q)(document)),
      );
    return { ok: 1, n: before - found(name).length };
  },
  findAndModify({ findAndModify, query, update, remove, new: isNew }) {
    const document = found(findAndModify).find(matches(query));
    const value = document === undefined ? null : { ...document };
    if (remove)
      collections.set(
        findAndModify,
        found(findAndModify).filter((each) => each !== document),
      );
    else if (document !== undefined) Object.assign(document, update.$set);
    return {
      ok: 1,
      value: isNew ? (document ?? null) : value,
      lastErrorObject: { n: document === undefined ? 0 : 1, updatedExisting: document !== undefined },
    };
  },
  distinct: ({ distinct, key, query }) => ({
    ok: 1,
    values: [
      ...new Set(
        found(distinct)
          .filter(matches(query))
          .map((document) => document[key]),
      ),
    ],
  }),
  drop: ({ drop }) => ({ ok: 1, dropped: collections.delete(drop) }),
};

/** The command with the documents that came beside it. */
function readMessage(message) {
  let at = HEADER_BYTES + 4;
  let command = {};
  while (at < message.length) {
    const kind = message[at++];
    const size = message.readInt32LE(at);
    if (kind === 0) command = { ...BSON.deserialize(message.subarray(at, at + size)), ...command };
    else {
      const nameEnd = message.indexOf(0, at + 4);
      const documents = [];
      for (let next = nameEnd + 1; next < at + size; next += message.readInt32LE(next))
        documents.push(BSON.deserialize(message.subarray(next, next + message.readInt32LE(next))));
      command[message.toString('utf8', at + 4, nameEnd)] = documents;
    }
    at += size;
  }
  return command;
}

function reply(requestId, opcode, body) {
  const document = Buffer.from(BSON.serialize(body));
  const head = Buffer.alloc(HEADER_BYTES + (opcode === OP_MSG ? 5 : 20));
  head.writeInt32LE(head.length + document.length, 0);
  head.writeInt32LE(requestId, 8);
  head.writeInt32LE(opcode, 12);
  if (opcode === OP_REPLY) head.writeInt32LE(1, HEADER_BYTES + 16);
  return Buffer.concat([head, document]);
}

function answer(message) {
  const requestId = message.readInt32LE(4);
  if (message.readInt32LE(12) === OP_QUERY) return reply(requestId, OP_REPLY, COMMANDS.hello());
  const command = readMessage(message);
  const names = Object.keys(command);
  const name = names.find((each) => each in COMMANDS);
  return reply(
    requestId,
    OP_MSG,
    name === undefined
      ? { ok: 0, code: 59, codeName: 'CommandNotFound', errmsg: `no such command: '${names[0]}'` }
      : COMMANDS[name](command),
  );
}

exports.serveMongodb = () =>
  new Promise((resolve) => {
    const server = createServer((socket) => {
      let waiting = Buffer.alloc(0);
      socket.on('error', () => {});
      socket.on('data', (data) => {
        waiting = Buffer.concat([waiting, data]);
        while (waiting.length >= 4 && waiting.length >= waiting.readInt32LE(0)) {
          const size = waiting.readInt32LE(0);
          socket.write(answer(waiting.subarray(0, size)));
          waiting = waiting.subarray(size);
        }
      });
    });
    server.listen(0, '127.0.0.1', () =>
      resolve({ url: `mongodb://127.0.0.1:${server.address().port}/shop?serverMonitoringMode=poll`, close: () => server.close() }),
    );
  });
