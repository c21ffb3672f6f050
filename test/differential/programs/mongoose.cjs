// node --require signalbox/register test/differential/programs/mongoose.cjs
const { trace } = require('@opentelemetry/api');
const mongoose = require('mongoose');
const { serveMongodb } = require('./mongodb-server.cjs');
const { say, shape, listeners, deepFreeze, outcome } = require('./show.cjs');

const plain = (value) => JSON.parse(JSON.stringify(value ?? null));
const asked = async (make) => {
  const { resolves, ...rest } = await outcome(make);
  return [rest, plain(resolves)];
};
trace.getTracer('program').startActiveSpan('work', async (span) => {
  const server = await serveMongodb();
  const order = [];
  const schema = new mongoose.Schema({ _id: Number, item: { type: String, required: true }, n: Number });
  schema.pre('save', function before() {
    order.push(['before save', this.constructor.modelName, arguments.length]);
  });
  schema.post('save', (document) => order.push(['after save', document._id]));
  schema.pre('findOne', function before() {
    order.push(['before findOne', shape(this).classes, this.op]);
  });
  schema.post(/^find/, (result) => order.push(['after find', Array.isArray(result)]));
  schema.static('named', function named(item) {
    return this.find({ item });
  });
  const connection = await mongoose.createConnection(server.url, { autoIndex: false, autoCreate: false }).asPromise();
  say('connection', shape(connection).classes, listeners(connection));
  const Order = connection.model('Order', schema);
  for (const name of ['exec', 'then', 'catch'])
    say(name, mongoose.Query.prototype[name]?.length, mongoose.Aggregate.prototype[name]?.length);
  const first = new Order({ _id: 1, item: 'a', n: 1 });
  say('document', shape(first).classes, first.save.length, Order.create.length);
  say('save', await asked(() => first.save()), first.isNew);
  say('invalid', await asked(() => new Order({ _id: 2 }).save()));
  const given = deepFreeze({ _id: 3, item: 'b' });
  say('create', await asked(() => Order.create(given)), given);
  say(
    'insertMany',
    await asked(() =>
      Order.insertMany([
        { _id: 4, item: 'c' },
        { _id: 5, item: 'c' },
      ]),
    ),
  );
  say('again', await asked(() => new Order({ _id: 1, item: 'a' }).save()));
  const query = Order.findOne({ item: 'c' });
  say('query', shape(query).classes, typeof query.then, query instanceof mongoose.Query);
  say('exec', await asked(() => query.exec()));
  say('twice', await asked(() => query.exec()), await asked(() => query.clone()));
  say('awaited', await asked(() => Order.find({ item: 'c' }).lean().select('item')), await asked(() => Order.named('a')));
  say('bad', await asked(() => Order.findOne({ $bad: 1 })), await asked(() => Order.findById('no number')));
  say('never run', shape(Order.findOne({ item: 'never' })).classes);
  say(
    'update',
    await asked(() => Order.updateOne({ _id: 1 }, deepFreeze({ n: 9 }))),
    await asked(() => Order.findOneAndUpdate({ _id: 1 }, { n: 10 }, { returnDocument: 'after' })),
  );
  const aggregate = Order.aggregate([{ $match: { item: 'c' } }, { $group: { _id: 1 } }]);
  say('aggregate', shape(aggregate).classes, await asked(() => aggregate), await asked(() => Order.countDocuments({ item: 'c' })));
  say('distinct', await asked(() => Order.distinct('item')), await asked(() => Order.exists({ _id: 1 })));
  const ids = [];
  const cursor = Order.find().cursor({ batchSize: 2 });
  say('cursor', shape(cursor).classes);
  for await (const { _id } of cursor) ids.push(_id);
  say('iterated', ids);
  await Order.find({ item: 'c' })
    .cursor()
    .eachAsync(({ _id }) => void ids.push(_id));
  say('eachAsync', ids);
  say('orFail', await asked(() => Order.findOne({ _id: 99 }).orFail()));
  say(
    'bulkWrite',
    await asked(async () => shape(await Order.bulkWrite([{ insertOne: { document: { _id: 30, item: 'z' } } }]))),
    await asked(() => Order.bulkSave([new Order({ _id: 31, item: 'y' })]).then(shape)),
  );
  say(
    'delete',
    await asked(() => first.deleteOne()),
    await asked(() => Order.deleteMany({ item: 'c' })),
    await asked(() => Order.findByIdAndDelete(3)),
  );
  const together = await Promise.all(Array.from({ length: 6 }, (_, id) => Order.findOne({ _id: id })));
  say('together', plain(together));
  say('rejected later', await asked(async () => Order.findOne({ $bad: 1 }).then(undefined)));
  for (const line of order) say('order', line);
  say(
    'connection',
    listeners(connection).map(([name, count]) => [name, count]),
  );
  await connection.close();
  server.close();
  span.end();
  if (process.env.END === 'throw') void mongoose.createConnection('mongodb://127.0.0.1:1/x', { serverSelectionTimeoutMS: 50 }).asPromise();
});
