/** Where both preloads export to: signalbox's own receiver, which decodes every record, counts it and throws it away. */
const { startReceiver } = (await import(
  new URL('../dist/receiver/receiver.js', import.meta.url).href
)) as typeof import('../src/receiver/receiver.ts');

let spans = 0;
let logs = 0;
let metrics = 0;

const { httpUrl } = await startReceiver({
  grpcPort: false,
  onTraces: (received) => void (spans += received.length),
  onLogs: (received) => void (logs += received.length),
  onMetrics: (received) => void (metrics += received.length),
});
process.on('message', () => process.send?.({ spans, logs, metrics }));
process.send?.({ url: httpUrl });
