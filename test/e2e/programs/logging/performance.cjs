// How long things took.
const { logPerformance } = require('signalbox/logging');
logPerformance('load cart', 0.1234, { cart: 7 });
logPerformance('slow', 0.5);
logPerformance('odd', NaN);
