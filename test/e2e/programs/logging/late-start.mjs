// The logger is there before telemetry is started from code, and says something before and after.
import { getLogger } from 'signalbox/logging';
import { startTelemetry } from 'signalbox';

const logger = getLogger('late');
logger.info('before');
const telemetry = startTelemetry({ serviceName: 'from-code', redact: { also: ['badge'] } });
const { trace } = await import('@opentelemetry/api');
trace.getTracer('program').startActiveSpan('span', (span) => {
  logger.info('after', { badge: 'B-17' });
  span.end();
});
await telemetry.shutdown();
logger.info('after the shutdown');
