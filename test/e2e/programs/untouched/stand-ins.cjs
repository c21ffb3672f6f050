// node --require signalbox/register test/e2e/programs/untouched/stand-ins.cjs
// Puts something else in the place of packages, in the ways of libraries for tests, and prints what `require` gives then.
const Module = require('node:module');

const names = [
  'express',
  'koa',
  'pg',
  'pg-pool',
  'winston',
  'pino',
  'bunyan',
  'ioredis',
  'kafkajs',
  'bullmq',
  '@grpc/grpc-js',
  '@nestjs/core',
  '@hapi/hapi',
];
for (const name of names) {
  const file = require.resolve(name);
  for (const exports of [{ fake: true }, () => {}, null, Object.freeze({ fake: true })]) {
    require.cache[file] = { id: file, filename: file, loaded: true, exports, children: [], paths: [] };
    console.log(name, 'in the cache', require(name) === exports);
    delete require.cache[file];
  }
}

const { _load: load } = Module;
require('https');
const standIns = { winston: {}, pg: {}, https: {} };
Module._load = function (id, ...rest) {
  return Object.hasOwn(standIns, id) ? standIns[id] : Reflect.apply(load, this, [id, ...rest]);
};
for (const name of Object.keys(standIns)) console.log(name, 'while it is replaced', require(name) === standIns[name]);
Module._load = load;
for (const name of Object.keys(standIns)) console.log(name, 'afterwards', require(name) === standIns[name]);

const express = require('express');
const file = require.resolve('express');
require.cache[file].exports = 'replaced';
console.log('replaced after it was loaded', require('express'));
delete require.cache[file];
console.log('loaded again', require('express') === express, typeof require('express'));
