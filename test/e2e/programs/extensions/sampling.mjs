// A sampler and ids of one's own, from an ES module. DECISION: 0 nothing, 1 recorded, 2 sampled.
let n = 0;
export const sampler = {
  shouldSample: (_context, _traceId, name) => ({
    decision: name === 'child' ? Number(process.env.DECISION) : 2,
    attributes: { 'from.sampler': name },
  }),
  toString: () => 'mine',
};
export const idGenerator = {
  generateTraceId: () => '0af7651916cd43dd8448eb211c80319c',
  generateSpanId: () => `${++n}`.padStart(16, '0'),
};
export const spanProcessors = [
  { onStart() {}, onEnd: (span) => console.log('onEnd', span.name), forceFlush: async () => {}, shutdown: async () => {} },
];
