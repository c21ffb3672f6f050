// node --require signalbox/register test/e2e/programs/lazy/loaded.cjs express pg
// Loads what it is told to, and says which instrumentations that brought, and how many modules there are in all.
for (const name of process.argv.slice(2)) require(name);
const files = Object.keys(require.cache);
const official = files.flatMap((file) => /@opentelemetry[\\/]instrumentation-([\w.-]+)[\\/].*index\.c?js$/.exec(file)?.[1] ?? []);
const own = files.flatMap(
  (file) =>
    /[\\/]dist[\\/]instrumentation[\\/](?:http|frameworks|libraries)[\\/](http|undici|express|fastify|koa|hapi|nestjs-core|bullmq|ioredis|pg|redis|winston)\.js$/.exec(
      file,
    )?.[1] ?? [],
);
const hooks = files.some((file) => /import-in-the-middle[\\/]create-hook/.test(file));
console.log(JSON.stringify({ loaded: [...new Set([...official, ...own])].sort(), modules: files.length, hooks }));
