'use strict';
const ApiGateway = require('moleculer-web');

module.exports = {
  name: 'api',
  mixins: [ApiGateway],
  settings: {
    port: process.env.PORT,
    ip: '127.0.0.1',
    routes: [
      { path: '/api', aliases: { 'GET signals/:name': 'signals.get', 'POST signals': 'signals.create' }, bodyParsers: { json: true } },
    ],
  },
};
