// node test/differential/programs/grpc-endings.cjs unheard-stream
const { trace } = require('@opentelemetry/api');
const { serve, clientOf } = require('./grpc-shop.cjs');
const ENDINGS = {
  'unheard-stream': (ask) => ask('Breaks', {}).resume(),
  'throwing-callback': (ask) =>
    ask('One', { n: 1 }, () => {
      throw new Error('in a callback');
    }),
  'throwing-failed-callback': (ask) =>
    ask('Fail', {}, (error) => {
      throw error;
    }),
  'throwing-listener': (ask) =>
    ask('Many', { n: 1 }).on('data', () => {
      throw new Error('in a listener');
    }),
  'throwing-stream-handler': (ask) => ask('Sum', () => {}).end('no object'),
};
// Later, for the frames of the API's own functions would stand in stack traces.
trace.getTracer('program').startActiveSpan('work', (span) =>
  setImmediate(async () => {
    const { address, server } = await serve();
    server.unref?.();
    const { ask } = clientOf('generated', address);
    console.log(process.argv[2]);
    setImmediate(() => span.end());
    ENDINGS[process.argv[2]](ask);
    setTimeout(() => process.exit(3), 1000);
  }),
);
