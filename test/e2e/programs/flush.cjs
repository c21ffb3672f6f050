// node test/e2e/programs/flush.cjs WAY
// Starts telemetry from code, measures, and flushes or ends in the way that is named.
const { startTelemetry } = require('signalbox');
const { logs, metrics, trace } = require('@opentelemetry/api');

const telemetry = startTelemetry();
const LIMIT_MS = Number(process.env.SIGNALBOX_SHUTDOWN_TIMEOUT);
const meter = metrics.getMeter('flush');
let jobs = 0;

const record = (count = 10) => {
  for (let id = 0; id < count; id++)
    trace
      .getTracer('flush')
      .startSpan('work', { attributes: { 'oracle.id': id } })
      .end();
};
const observeJobs = () => meter.createObservableCounter('jobs').addCallback((result) => result.observe(jobs));
const stayAlive = () => setInterval(() => {}, 1000);

/** Which comes first, `work` or a timer that is due a little after the time limit. */
async function firstOf(work) {
  const late = new Promise((resolve) => setTimeout(() => resolve('late'), LIMIT_MS * 1.3));
  console.log(await Promise.race([work.then(() => 'in time'), late]));
}

/** As code that knows the official SDK finds them, by its name for each. */
const PROVIDERS = {
  trace: () => trace.getTracerProvider(),
  'delegate of trace': () => trace.getTracerProvider().getDelegate(),
  metrics: () => metrics.getMeterProvider(),
  logs: () => logs.getLoggerProvider(),
};

const WAYS = {
  async 'provider-flushes'() {
    const [, , , provider, method] = process.argv;
    record();
    meter.createCounter('jobs').add(7);
    logs.getLogger('flush').emit({ body: 'work' });
    console.log(await PROVIDERS[provider]()[method]());
    process.kill(process.pid, 'SIGKILL');
  },
  async 'provider-flushes-in-time'() {
    record();
    await firstOf(Promise.all(Object.values(PROVIDERS).flatMap((find) => [find().forceFlush(), find().shutdown()])));
    process.kill(process.pid, 'SIGKILL');
  },
  async 'providers-one-after-the-other-in-time'() {
    const shutDownEach = async () => {
      for (const find of Object.values(PROVIDERS)) await find().shutdown();
    };
    record();
    await firstOf(shutDownEach());
    process.kill(process.pid, 'SIGKILL');
  },
  async 'records-after-provider-shutdown'() {
    record(5);
    await Promise.all(Object.values(PROVIDERS).map((find) => find().shutdown()));
    for (let id = 5; id < 10; id++)
      trace
        .getTracer('flush')
        .startSpan('work', { attributes: { 'oracle.id': id } })
        .end();
  },
  async 'three-flushes'() {
    observeJobs();
    for (jobs = 1; jobs <= 3; jobs++) await telemetry.flush();
    jobs = 99;
    stayAlive();
    console.log('ready');
  },
  'observed-and-gone'() {
    jobs = 7;
    observeJobs();
    process.exit(3);
  },
  'observed-in-a-batch-and-gone'() {
    const counter = meter.createObservableCounter('jobs');
    meter.addBatchObservableCallback((result) => result.observe(counter, 7), [counter]);
    process.exit(3);
  },
  'large-histogram'() {
    const explicitBucketBoundaries = Array.from({ length: 100 }, (_, index) => index + 1);
    const latency = meter.createHistogram('latency', { advice: { explicitBucketBoundaries } });
    for (let user = 0; user < 1999; user++) latency.record(5, { user, note: 'x'.repeat(1000) });
  },
  async 'flush-in-time'() {
    record();
    meter.createObservableGauge('never').addCallback(() => new Promise(() => {}));
    await firstOf(telemetry.flush());
    process.kill(process.pid, 'SIGKILL');
  },
  async 'shutdown-in-time'() {
    record();
    meter.createObservableGauge('never').addCallback(() => new Promise(() => {}));
    await firstOf(telemetry.shutdown());
  },
  async 'callback-never-answers'() {
    meter.createObservableGauge('never').addCallback(() => new Promise(() => {}));
    meter.createCounter('jobs').add(7);
    await telemetry.shutdown();
  },
  'sigterm-in-shutdown'() {
    record();
    meter.createCounter('jobs').add(7);
    stayAlive();
    void telemetry.shutdown();
    setTimeout(() => process.kill(process.pid, 'SIGTERM'), 5);
  },
  'sigterm-in-flush'() {
    record();
    meter.createCounter('jobs').add(7);
    stayAlive();
    void telemetry.flush();
    setTimeout(() => process.kill(process.pid, 'SIGTERM'), 5);
  },
  'shutdown-at-sigterm'() {
    record();
    observeJobs();
    stayAlive();
    process.once('SIGTERM', async () => {
      jobs = 7;
      await telemetry.shutdown();
      process.exit(3);
    });
    setTimeout(() => process.kill(process.pid, 'SIGTERM'), 50);
  },
  async 'flush-and-shutdown-at-once'() {
    record();
    meter.createCounter('jobs').add(7);
    const flushed = telemetry.flush();
    const shutDown = telemetry.shutdown();
    await Promise.all([flushed, shutDown, telemetry.shutdown()]);
    await telemetry.flush();
    process.exit(3);
  },
  'exit-in-shutdown'() {
    record();
    meter.createCounter('jobs').add(7);
    void telemetry.shutdown();
    process.exit(3);
  },
  async 'record-after-shutdown'() {
    record();
    await telemetry.shutdown();
    record();
    console.log(startTelemetry({ serviceName: 'again' }) === telemetry);
  },
};

void WAYS[process.argv[2]]();
