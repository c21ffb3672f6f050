// node --require signalbox/register test/differential/programs/mongodb.cjs
const { trace } = require('@opentelemetry/api');
const { MongoClient } = require('mongodb');
const { serveMongodb } = require('./mongodb-server.cjs');
const { say, shape, listeners, failure, deepFreeze, outcome } = require('./show.cjs');

trace.getTracer('program').startActiveSpan('work', async (span) => {
  const server = await serveMongodb();
  const options = deepFreeze({ maxPoolSize: 2 });
  const client = new MongoClient(server.url, options);
  const seen = [];
  for (const name of ['connectionPoolCreated', 'connectionCreated', 'connectionCheckedOut', 'commandStarted', 'topologyOpening'])
    client.on(name, ({ constructor }) => seen.push(constructor.name));
  say('client', shape(client).classes, listeners(client), client.connect.length);
  say('connect', (await client.connect()) === client);
  const orders = client.db().collection('orders');
  say('collection', shape(orders).classes, orders.insertOne.length, orders.find.length);
  const first = { _id: 1, item: 'a', n: 1 };
  say('insertOne', await outcome(() => orders.insertOne(first)), first, shape(first));
  say('frozen', await outcome(() => orders.insertOne(deepFreeze({ _id: 2, item: 'b', tags: ['x'] }))));
  say('insertMany', await outcome(() => orders.insertMany(Array.from({ length: 8 }, (_, id) => ({ _id: id + 3, item: 'c', n: id })))));
  say('again', await outcome(() => orders.insertOne({ _id: 1 })));
  const filter = deepFreeze({ item: 'c' });
  say('findOne', await outcome(() => orders.findOne(filter)), filter, await outcome(() => orders.findOne({ _id: 99 })));
  const cursor = orders.find(filter, { batchSize: 3 });
  say(
    'cursor',
    shape(cursor).classes,
    listeners(cursor),
    (await cursor.toArray()).map(({ _id }) => _id),
    cursor.closed,
  );
  const ids = [];
  for await (const { _id } of orders.find({}, { batchSize: 4 })) ids.push(_id);
  say('iterated', ids);
  for await (const { _id } of orders.find({}, { batchSize: 2 })) {
    say('left after', _id);
    break;
  }
  const chunks = [];
  for await (const chunk of orders.find(filter).stream({ transform: ({ _id }) => `${_id}` })) chunks.push(chunk);
  say('stream', chunks);
  say('bad', await outcome(() => orders.findOne({ $bad: 1 })));
  say(
    'update',
    await outcome(() => orders.updateOne(filter, deepFreeze({ $set: { n: 7 } }))),
    await outcome(() => orders.updateMany(filter, { $set: { n: 8 } })),
  );
  say(
    'misused',
    await outcome(() => orders.updateOne(filter, { n: 7 })),
    await outcome(() => orders.insertOne()),
    await outcome(() => orders.insertMany('no list')),
  );
  say('replace', await outcome(() => orders.replaceOne({ _id: 1 }, { $set: {} })));
  say('findOneAndUpdate', await outcome(() => orders.findOneAndUpdate({ _id: 2 }, { $set: { item: 'z' } }, { returnDocument: 'after' })));
  say(
    'aggregate',
    await outcome(() => orders.aggregate([{ $match: filter }, { $group: { _id: 1 } }]).toArray()),
    await outcome(() => orders.countDocuments(filter)),
  );
  say('distinct', await outcome(() => orders.distinct('item')));
  say(
    'bulk',
    await outcome(async () =>
      shape(await orders.bulkWrite([{ insertOne: { document: { _id: 20 } } }, { deleteOne: { filter: { _id: 20 } } }])),
    ),
  );
  say('command', await outcome(() => client.db().command({ ping: 1 })), await outcome(() => client.db().command({ nonsense: 1 })));
  const session = client.startSession();
  say('session', shape(session).classes, await outcome(() => orders.findOne({ _id: 1 }, { session })));
  await session.endSession();
  const order = [];
  await Promise.all(Array.from({ length: 6 }, (_, id) => orders.findOne({ _id: id + 1 }).then((document) => order.push(document._id))));
  say('together', order.sort());
  say('aborted', await outcome(() => orders.findOne({ _id: 1 }, { signal: AbortSignal.abort(new RangeError('given up')) })));
  say('delete', await outcome(() => orders.deleteMany(filter)), await outcome(() => orders.drop()));
  say('listeners', listeners(client), new Set(seen));
  say(
    'close',
    await outcome(() => client.close()),
    failure(
      await client
        .db()
        .collection('orders')
        .findOne({}, {})
        .then(
          () => new Error('it is open again'),
          (error) => error,
        ),
    ).name,
  );
  await client.close();
  if (process.env.END === 'throw')
    void new MongoClient('mongodb://127.0.0.1:1/x', { serverSelectionTimeoutMS: 50 }).db().collection('x').findOne();
  server.close();
  span.end();
});
