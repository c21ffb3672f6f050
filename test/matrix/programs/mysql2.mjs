// SERVICE=… node --import signalbox/register test/matrix/programs/mysql2.mjs
import mysql from 'mysql2/promise';
import run from './mysql2.app.cjs';

run(mysql);
