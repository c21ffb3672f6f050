// DATABASE_URL=postgresql://… node --require signalbox/register test/e2e/programs/workers/postgres.cjs
// A worker asks a database two questions within a span.
const { trace } = require('@opentelemetry/api');
const { Worker, isMainThread } = require('node:worker_threads');

if (isMainThread) new Worker(__filename).on('exit', (code) => console.log(`exit ${code}`));
else {
  const { Client } = require('pg');
  trace.getTracer('job').startActiveSpan('job', async (span) => {
    const client = new Client(process.env.DATABASE_URL);
    await client.connect();
    await client.query("SELECT 'secret' AS one");
    await client.query('SELECT $1::text', ['two']);
    await client.end();
    span.end();
  });
}
