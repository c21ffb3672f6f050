// Calls of signalbox's logger with secrets, and with innocents.
const { getLogger, logPerformance, setGlobalLogContext, withLogContext } = require('signalbox/logging');
const { Transport } = require('winston');
const { CALLS, KEPT, S } = require('./secret-calls.cjs');
const logger = getLogger('secrets');
logger.add(
  new Transport({
    log: (info, done) => (process.stderr.write(`transport ${info[Symbol.for('message')]} ${JSON.stringify(info)}\n`), done()),
  }),
);
const OWN_CALLS = [
  (l) => withLogContext({ session_token: S }, () => l.info('m')),
  () => logPerformance(`load https://u:${S}@h/`, 1, { api_key: S }),
  (l) => (setGlobalLogContext({ client_secret: S }), l.info('m'), setGlobalLogContext({ client_secret: undefined })),
];
for (const call of [...CALLS, ...OWN_CALLS]) call(logger);
for (const args of KEPT) logger.info(...args);
process.stderr.write(`counts ${CALLS.length + OWN_CALLS.length} ${KEPT.length}\n`);
