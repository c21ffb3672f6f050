// An application that brings a bridge of its own, by the older global of `@opentelemetry/api-logs`, beside winston.
const winston = require('winston');
const old = globalThis[Symbol.for('io.opentelemetry.js.api.logs')](1).getLogger('own bridge');
const SEVERITIES = { info: 9, error: 17 };
class Bridge extends winston.Transport {
  log(info, done) {
    old.emit({ severityNumber: SEVERITIES[info.level], severityText: info.level, body: info.message, attributes: { by: 'bridge' } });
    done();
  }
}
const logger = winston.createLogger({ transports: [new Bridge()] });
for (let i = 0; i < 3; i++) logger.info(`line ${i}`);
logger.error('failed');
old.emit({ severityNumber: 9, body: 'by the bridge alone' });
