// In place of the package of this name: runs in a worker thread, reads lines, and exports each by OTLP.
const { Writable } = require('node:stream');

module.exports = function build() {
  let rest = '';
  const send = async (line) => {
    const { trace_id: traceId, span_id: spanId, level, msg, i } = JSON.parse(line);
    const attributes = [{ key: 'i', value: { intValue: i } }];
    const logRecords = [
      {
        timeUnixNano: `${Date.now()}000000`,
        severityNumber: level === 30 ? 9 : 17,
        body: { stringValue: msg },
        attributes,
        traceId,
        spanId,
      },
    ];
    const body = JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords }] }] });
    const headers = { 'content-type': 'application/json' };
    const { status } = await fetch(`${process.env.OTEL_EXPORTER_OTLP_ENDPOINT}/v1/logs`, { method: 'POST', headers, body });
    if (status !== 200) throw new Error(`The receiver answers ${status}`);
  };
  return new Writable({
    write(chunk, _encoding, done) {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop();
      Promise.all(lines.filter(Boolean).map(send)).then(() => done(), done);
    },
  });
};
