// Processors that print what they are called with.
const seen = (span) =>
  JSON.stringify({
    name: span.name,
    kind: span.kind,
    ids: [
      /^[0-9a-f]{32}$/.test(span.spanContext().traceId),
      /^[0-9a-f]{16}$/.test(span.spanContext().spanId),
      span.spanContext().traceFlags,
    ],
    hasParent: span.parentSpanContext !== undefined,
    times: [span.startTime.length, span.endTime.length, span.duration.length],
    status: span.status,
    attributes: span.attributes,
    links: span.links.map(({ attributes }) => attributes),
    events: span.events.map(({ name, time, droppedAttributesCount, attributes }) => [
      name,
      time.length,
      droppedAttributesCount ?? 0,
      Object.keys(attributes ?? {}),
    ]),
    ended: span.ended,
    scope: [span.instrumentationScope.name, span.instrumentationScope.version, span.instrumentationScope.schemaUrl],
    service: span.resource.attributes['service.name'],
    dropped: [span.droppedAttributesCount, span.droppedEventsCount, span.droppedLinksCount],
  });
const spanProcessor = {
  onStart(span, parentContext) {
    console.log('onStart', span.name, typeof parentContext.getValue, span.isRecording());
    span.setAttribute('from.processor', 'start');
  },
  onEnding(span) {
    console.log('onEnding', span.name, span.isRecording());
    span.setAttribute('from.processor.ending', true);
  },
  onEnd: (span) => console.log('onEnd', seen(span)),
  forceFlush: async () => console.log('forceFlush'),
  shutdown: async () => console.log('shutdown'),
};
const logRecordProcessor = {
  onEmit(record, context) {
    console.log(
      'onEmit',
      record.body,
      record.severityText,
      JSON.stringify(record.attributes),
      typeof context.getValue,
      record.spanContext !== undefined,
    );
    record.setAttribute('from.processor', 'log');
  },
  forceFlush: async () => {},
  shutdown: async () => {},
};
exports.spanProcessors = [spanProcessor];
exports.logRecordProcessors = [logRecordProcessor];
