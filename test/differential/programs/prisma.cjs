// SERVICE=postgresql://… node --require signalbox/register test/differential/programs/prisma.cjs
const { trace } = require('@opentelemetry/api');
const { PrismaPg } = require('@prisma/adapter-pg');
const { PrismaClient, Prisma } = require('./prisma-client/index.js');
const { say, shape, deepFreeze, failure, outcome } = require('./show.cjs');

/** Messages show the place of the call, which is another one where the program lies elsewhere. */
const asked = async (make) => {
  const { rejects, resolves, throws } = await outcome(make);
  const error = rejects ?? throws;
  return error === undefined ? resolves : { ...error, message: error.message.trim().split('\n').at(-1) };
};
trace.getTracer('program').startActiveSpan('work', async (span) => {
  const prisma = new PrismaClient({ adapter: new PrismaPg(process.env.SERVICE), log: [{ emit: 'event', level: 'query' }] });
  const queries = [];
  prisma.$on('query', ({ query }) => queries.push(query));
  say('client', shape(prisma).classes, typeof prisma.order.create, prisma instanceof PrismaClient);
  await prisma.$executeRawUnsafe('DROP TABLE IF EXISTS "Line", "Order"');
  await prisma.$executeRawUnsafe('CREATE TABLE "Order" (id serial PRIMARY KEY, name text UNIQUE NOT NULL)');
  await prisma.$executeRawUnsafe(
    'CREATE TABLE "Line" (id serial PRIMARY KEY, what text NOT NULL, "orderId" int NOT NULL REFERENCES "Order")',
  );
  const given = deepFreeze({ data: { name: 'a', lines: { create: [{ what: 'x' }, { what: 'y' }] } }, include: { lines: true } });
  const promise = prisma.order.create(given);
  say('promise', shape(promise), promise instanceof Promise, Object.prototype.toString.call(promise));
  say('create', await asked(() => promise), given);
  say('createMany', await asked(() => prisma.order.createMany({ data: [{ name: 'b' }, { name: 'c' }] })));
  say('again', await asked(() => prisma.order.create({ data: { name: 'a' } })));
  say(
    'known',
    (await prisma.order.create({ data: { name: 'a' } }).catch((error) => error)) instanceof Prisma.PrismaClientKnownRequestError,
  );
  say('wrong', await asked(() => prisma.order.create({ data: { nothing: 1 } })));
  say('findMany', await asked(() => prisma.order.findMany({ where: { name: { in: ['a', 'b'] } }, include: { lines: true } })));
  say('together', await Promise.all([1, 2, 3].map((id) => prisma.order.findUnique({ where: { id } }))));
  say('first', await asked(() => prisma.order.findFirst({ where: { name: 'z' } })));
  say('orThrow', await asked(() => prisma.order.findUniqueOrThrow({ where: { id: 99 } })));
  say('update', await asked(() => prisma.order.update({ where: { id: 2 }, data: { name: 'bb' } })));
  say('upsert', await asked(() => prisma.order.upsert({ where: { name: 'd' }, create: { name: 'd' }, update: {} })));
  say('aggregate', await asked(() => prisma.order.aggregate({ _count: true, _max: { id: true } })));
  say('groupBy', await asked(() => prisma.line.groupBy({ by: ['orderId'], _count: true })));
  say('raw', await asked(() => prisma.$queryRaw`SELECT name FROM "Order" WHERE id = ${1}`));
  say('bad raw', await asked(() => prisma.$queryRaw`SELECT wrong FROM nothing`));
  say('batch', await asked(() => prisma.$transaction([prisma.order.count(), prisma.line.count()])));
  const nested = (fail) =>
    prisma.$transaction(async (inner) => {
      await inner.order.create({ data: { name: `e ${fail}` } });
      if (fail) throw deepFreeze(new RangeError('not so'));
      return inner.order.count();
    });
  say('transaction', await asked(() => nested(false)), await asked(() => nested(true)), await prisma.order.count());
  const extended = prisma.$extends({ query: { order: { count: async ({ args, query }) => [await query(args)] } } });
  say('extended', await asked(() => extended.order.count()));
  say('delete', await asked(() => prisma.line.deleteMany()), await asked(() => prisma.order.delete({ where: { id: 1 } })));
  const unused = prisma.order.findMany();
  say('never run', shape(unused).classes);
  say('no promise', failure(await prisma.order.findMany({ take: 'x' }).catch((error) => new TypeError(error.name))));
  for (const query of queries) say('query', query);
  await prisma.$disconnect();
  span.end();
  if (process.env.END === 'throw')
    void new PrismaClient({ adapter: new PrismaPg(process.env.SERVICE) }).order.findUniqueOrThrow({ where: { id: 98 } }).then();
});
