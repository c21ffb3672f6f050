// What `handle.cjs` and `handle.mjs` do with what each of them loaded: handlers that say to the parent what they were called with.
module.exports = ({ trace }, { onAlert }) => {
  const tell =
    (name) =>
    (alert, { signal }) => {
      const { spanId, traceId } = trace.getActiveSpan().spanContext();
      process.send({ name, status: alert.status, labels: { ...alert.labels }, isAborted: signal.aborted, spanId, traceId });
    };
  onAlert('Simple', tell('simple'));
  onAlert('Simple', tell('of shop'), { labels: { service: 'shop' } });
  onAlert('Both', tell('both'), { on: 'both' });
  onAlert('Ends', tell('ends'), { on: 'resolved' });
  onAlert('Throws', () => {
    throw new RangeError('thrown on purpose');
  });
  onAlert('Rejects', async () => Promise.reject(undefined));
  onAlert(
    'Hangs',
    (_, { signal }) => new Promise(() => signal.addEventListener('abort', () => process.send({ name: signal.reason.name }))),
    {
      timeoutMs: 50,
    },
  );
  onAlert('Dry', tell('dry'), { dryRun: true });
  onAlert('Gone', tell('gone'))();
  process.once('message', () => process.disconnect());
};
