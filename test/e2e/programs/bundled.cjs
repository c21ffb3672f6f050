// node --require signalbox/register test/e2e/programs/bundled.cjs
// What a bundler makes of a service, shortened: no library is resolved any more.
var __commonJS = (load, module) => () => module || (load((module = { exports: {} }).exports, module), module.exports);

// node_modules/express/index.js
var require_express = __commonJS((exports, module) => {
  module.exports = () => 'express';
});
// node_modules/pg/lib/index.js
var require_pg = __commonJS((exports, module) => {
  module.exports = () => 'pg';
});

require_express()();
require_pg()();
console.log('recorded');
process.on('message', () => process.disconnect());
