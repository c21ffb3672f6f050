// SERVICE=postgresql://… node --require signalbox/register test/differential/programs/prisma-requests.cjs 50
const { PrismaPg } = require('@prisma/adapter-pg');
const { PrismaClient } = require('./prisma-client/index.js');
const { askTogether, note } = require('./requests.cjs');

const prisma = new PrismaClient({ adapter: new PrismaPg({ connectionString: process.env.SERVICE, max: 2 }) });
const table = async () => {
  await prisma.$executeRawUnsafe('DROP TABLE IF EXISTS "Line", "Order"');
  await prisma.$executeRawUnsafe('CREATE TABLE "Order" (id serial PRIMARY KEY, name text UNIQUE NOT NULL)');
};
void table()
  .then(() =>
    askTogether(async (id) => {
      const after = () => note(id);
      await Promise.all([
        prisma.order.create({ data: { name: `order ${id}` } }).then(after),
        prisma.$queryRaw`SELECT wrong FROM nothing`.catch(after),
        prisma.order.create({ data: { name: null } }).catch(after),
      ]);
      await prisma.order.create({ data: { name: `order ${id}` } }).catch(after);
      await prisma.$transaction(
        async (inner) => {
          await inner.order.count();
          after();
        },
        { maxWait: 20_000 },
      );
    }),
  )
  .then(() => prisma.$disconnect());
