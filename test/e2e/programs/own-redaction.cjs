// SIGNALBOX_REDACT_KEEP=partner.token SIGNALBOX_REDACT_ALSO='plate,/EMP-\d+/' \
//   node --require signalbox/register test/e2e/programs/own-redaction.cjs
// Writes the same into all that a span, a log record, a metric and a scope can hold.
const { logs, metrics, trace } = require('@opentelemetry/api');

const attributes = { 'partner.token': 'spring2026x', 'access.token': 'CANARY', plate: 'CANARY', note: 'by EMP-1234' };
const span = trace.getTracer('own').startSpan('work of EMP-1234', { attributes });
span.addEvent('seen EMP-1234', attributes);
span.setStatus({ code: 2, message: 'EMP-1234 failed, plate=CANARY' });
span.end();
logs.getLogger('own').emit({ body: { text: 'EMP-1234', plate: 'CANARY' }, attributes });
metrics.getMeter('own').createCounter('work.done').add(1, attributes);
