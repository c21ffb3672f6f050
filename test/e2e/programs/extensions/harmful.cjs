// Everything throws, or never ends.
const thrower = () => {
  throw new Error('a fault of the processor');
};
const never = () => new Promise(() => {});
exports.default = {
  spanProcessors: [{ onStart: thrower, onEnding: thrower, onEnd: thrower, forceFlush: never, shutdown: thrower }, { onStart() {} }],
  logRecordProcessors: [{ onEmit: thrower, forceFlush: thrower, shutdown: never }],
  sampler: { shouldSample: thrower },
  idGenerator: { generateTraceId: () => 'abc', generateSpanId: thrower },
};
