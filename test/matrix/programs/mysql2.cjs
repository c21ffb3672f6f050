// SERVICE=… node --require signalbox/register test/matrix/programs/mysql2.cjs
const mysql = require('mysql2/promise');
require('./mysql2.app.cjs')(mysql);
