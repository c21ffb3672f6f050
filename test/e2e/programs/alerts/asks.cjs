// Calls what its parent asks for. SIGNALBOX_ALERTMANAGER_URL=http://localhost:9093 node --require signalbox/register asks.cjs
const alerts = require('signalbox/alerts');

process.on('message', ({ name, alert }) => {
  if (name === 'end') process.exit();
  process.send(alerts[name](alert));
});
process.send('ready');
