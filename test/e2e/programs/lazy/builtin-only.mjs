// An application that imports nothing but what Node.js brings.
import 'node:http';
import { createRequire } from 'node:module';

const files = Object.keys(createRequire(import.meta.url).cache);
const has = (pattern) => files.some((file) => pattern.test(file));
console.log(
  JSON.stringify({ http: has(/dist[\\/]instrumentation[\\/]http[\\/]http\.js$/), hooks: has(/import-in-the-middle[\\/]create-hook/) }),
);
