'use strict';

module.exports = {
  name: 'signals',
  actions: {
    get: { rest: 'GET /:name', params: { name: 'string|max:9' }, handler: (ctx) => ({ name: ctx.params.name }) },
    create: { handler: (ctx) => ctx.params },
  },
};
