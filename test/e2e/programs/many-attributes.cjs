// node --require signalbox/register test/e2e/programs/many-attributes.cjs COUNT [at-once]
// Counts with COUNT different users. Then ends, at once or when it is told to.
const { metrics } = require('@opentelemetry/api');

const orders = metrics.getMeter('shop').createCounter('orders');
for (let user = 0; user < Number(process.argv[2]); user++) orders.add(1, { 'user.id': `user-${user}`, route: '/orders' });
console.log('recorded');

if (process.argv[3] === 'at-once') process.disconnect?.();
else process.on('message', () => process.disconnect());
