// What `send.cjs` and `send.mjs` do with what each of them loaded: raises alerts, and ends as it is told.
module.exports = ({ trace }, { alertHistory, resolveAlert, sendAlert }) => {
  const how = process.argv[2];
  const hostile = new Proxy({}, { get() { throw new Error('read'); }, ownKeys() { throw new Error('read'); } }); // prettier-ignore

  trace.getTracer('shop').startActiveSpan('sale', (span) => {
    const queued = [
      sendAlert({
        title: 'Stock is negative',
        message: 'The sum of all orders is wrong. password=hunter2-4711',
        severity: 'critical',
        metadata: { 'order.id': 7, api_key: 'k-4711-secret', items: [{ sku: 'lamp' }], 1: 'a' },
      }),
      sendAlert({ title: 'Stock is negative', severity: 'critical' }),
      sendAlert({ title: 'Stock is negative', severity: 'warning' }),
      resolveAlert({ title: 'Stock is negative', severity: 'critical' }),
      ...[hostile, null, 5, { title: Symbol('x'), severity: 'loud', metadata: hostile }].map((each) => sendAlert(each)),
    ];
    console.log(
      JSON.stringify({ traceId: span.spanContext().traceId, queued, notSent: alertHistory().map(({ notSent }) => notSent ?? null) }),
    );
    span.end();
  });
  if (how === 'exit') process.exit(3);
  if (how === 'throw') throw new Error('a crash');
  if (how === 'SIGTERM') process.kill(process.pid, 'SIGTERM');
  if (how === 'stay') process.once('message', () => process.disconnect());
};
