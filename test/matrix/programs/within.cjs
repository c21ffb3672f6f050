// What a request or a job is in a real program: a span around the work.
const { trace } = require('@opentelemetry/api');
module.exports = (name, work) =>
  trace.getTracer('program').startActiveSpan(name, async (span) => {
    try {
      return await work();
    } finally {
      span.end();
    }
  });
