// node --require signalbox/register test/e2e/programs/hostile.cjs
// Passes every hostile value to every call of the API, with a good record beside each; exits with 1 when a call throws.
const { context, logs, metrics, propagation, trace } = require('@opentelemetry/api');

const circular = { name: 'circular' };
circular.self = circular;
let deep = {};
for (let depth = 0; depth < 20_000; depth++) deep = { deep };
const revoked = Proxy.revocable({}, {});
revoked.revoke();
const throwing = new Proxy({}, { get: fail, ownKeys: fail, has: fail, getPrototypeOf: fail, getOwnPropertyDescriptor: fail });
function fail() {
  throw new Error('a trap that throws');
}
const getter = Object.defineProperty({}, 'value', { enumerable: true, get: fail });

const HOSTILE = {
  undefined: undefined,
  null: null,
  bigint: 10n ** 30n,
  symbol: Symbol('hostile'),
  function: () => {},
  nan: NaN,
  date: new Date(NaN),
  lone: 'lone \ud800 surrogate',
  nul: 'nul \0 and \u2028',
  long: 'x'.repeat(10_000_000),
  circular,
  deep,
  revoked: revoked.proxy,
  throwing,
  getter,
  array: [1, 'two', null, circular],
  huge: Array.from({ length: 200_000 }, (_, index) => index),
  toStringThrows: { toString: fail, valueOf: fail, toJSON: fail, [Symbol.toPrimitive]: fail },
};

const tracer = trace.getTracer('hostile');
const meter = metrics.getMeter('hostile');
const logger = logs.getLogger('hostile');
const counter = meter.createCounter('good.counter');
const histogram = meter.createHistogram('good.histogram');

const CALLS = {
  'getTracer name': (value) => trace.getTracer(value).startSpan('from a tracer with a hostile name').end(),
  'getTracer version': (value) => trace.getTracer('t', value, value).startSpan('s').end(),
  'startSpan name': (value) => tracer.startSpan(value).end(),
  'startSpan options': (value) => tracer.startSpan('s', value).end(),
  'startSpan attributes': (value) => tracer.startSpan('s', { attributes: value }).end(),
  'startSpan attribute': (value) => tracer.startSpan('s', { attributes: { value } }).end(),
  'startSpan kind': (value) => tracer.startSpan('s', { kind: value }).end(),
  'startSpan links': (value) => tracer.startSpan('s', { links: value }).end(),
  'startSpan link': (value) =>
    tracer.startSpan('s', { links: [value, { context: value }, { context: { traceId: value, spanId: value }, attributes: value }] }).end(),
  'startSpan time': (value) => tracer.startSpan('s', { startTime: value }).end(value),
  'startSpan context': (value) => tracer.startSpan('s', {}, value).end(),
  startActiveSpan: (value) => tracer.startActiveSpan(value, (span) => span.end()),
  'startActiveSpan options': (value) => tracer.startActiveSpan('s', value, (span) => span.end()),
  setAttribute: (value) => tracer.startSpan('s').setAttribute('key', value).setAttribute(value, value).end(),
  setAttributes: (value) => tracer.startSpan('s').setAttributes(value).end(),
  addEvent: (value) => tracer.startSpan('s').addEvent(value).addEvent('e', value).addEvent('e', { value }, value).end(),
  addLink: (value) => tracer.startSpan('s').addLink(value).addLinks(value).end(),
  setStatus: (value) =>
    tracer.startSpan('s').setStatus(value).setStatus({ code: value, message: value }).setStatus({ code: 2, message: value }).end(),
  updateName: (value) => tracer.startSpan('s').updateName(value).end(),
  recordException: (value) => {
    const span = tracer.startSpan('s');
    span.recordException(value);
    span.recordException({ name: value, message: value, stack: value }, value);
    span.end();
  },
  end: (value) => tracer.startSpan('s').end(value),
  'counter add': (value) => counter.add(value),
  'counter attributes': (value) => counter.add(1, value),
  'counter attribute': (value) => counter.add(1, { value }),
  'histogram record': (value) => histogram.record(value, { value }, value),
  'instrument name': (value) => meter.createCounter(value).add(1),
  'instrument options': (value) => meter.createHistogram(`h${Math.random()}`, value).record(1),
  'instrument advice': (value) =>
    meter.createHistogram(`h${Math.random()}`, { unit: value, description: value, advice: { explicitBucketBoundaries: value } }).record(1),
  gauge: (value) => meter.createGauge('good.gauge').record(value, value),
  upDownCounter: (value) => meter.createUpDownCounter('good.updown').add(value, value),
  observable: (value) => meter.createObservableGauge(`o${Math.random()}`).addCallback((result) => result.observe(value, value)),
  'observable callback': (value) => meter.createObservableCounter(`o${Math.random()}`).addCallback(value),
  'batch callback': (value) => meter.addBatchObservableCallback(value, value),
  'getMeter name': (value) => metrics.getMeter(value, value, value).createCounter('c').add(1),
  'log body': (value) => logger.emit({ body: value }),
  'log attributes': (value) => logger.emit({ body: 'b', attributes: value }),
  'log attribute': (value) => logger.emit({ body: 'b', attributes: { value } }),
  'log record': (value) => logger.emit(value),
  'log severity': (value) =>
    logger.emit({
      severityNumber: value,
      severityText: value,
      eventName: value,
      timestamp: value,
      observedTimestamp: value,
      exception: value,
    }),
  'log context': (value) => logger.emit({ body: 'b', context: value }),
  'getLogger name': (value) => logs.getLogger(value, value, value).emit({ body: 'b' }),
  inject: (value) => propagation.inject(context.active(), value, value),
  extract: (value) => propagation.extract(context.active(), value, value),
  'extract headers': (value) => propagation.extract(context.active(), { traceparent: value, tracestate: value, baggage: value }),
};

let good = 0;
let thrown = 0;
for (const [call, run] of Object.entries(CALLS)) {
  for (const [kind, value] of Object.entries(HOSTILE)) {
    try {
      run(value);
    } catch (error) {
      thrown++;
      console.log(`${call}(${kind}) threw ${error && error.message}`);
    }
    tracer.startSpan('good', { attributes: { 'oracle.id': good } }).end();
    logger.emit({ body: 'good', attributes: { 'oracle.id': good } });
    counter.add(1, { good: true });
    good++;
  }
}
console.log(`good ${good}, thrown ${thrown}`);
process.exitCode = thrown === 0 ? 0 : 1;
