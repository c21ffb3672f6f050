// node --require signalbox/register test/differential/programs/nestjs.cjs
require('reflect-metadata');
const common = require('@nestjs/common');
const { APP_FILTER, BaseExceptionFilter, NestFactory } = require('@nestjs/core');
const { say, shape } = require('./show.cjs');
const { askAll, end, REQUESTS } = require('./ask.cjs');

const { Catch, Controller, Delete, Get, HttpException, Injectable, Module, Post, UseGuards, UseInterceptors } = common;
const order = [];
const failureOf = (error) => [error.name, error.message, shape(error).classes, Object.keys(error).sort()];
class Orders {
  one(...args) {
    order.push(['one', args.length, this.constructor.name]);
    return { one: true };
  }
  remove() {
    return 'removed';
  }
  make() {
    return { a: 1 };
  }
  async slow() {
    await new Promise(setImmediate);
    return 'slow';
  }
  throws() {
    throw new RangeError('it broke');
  }
  async rejects() {
    throw Object.freeze(new HttpException('teapot', 418));
  }
  refused() {
    return 'never';
  }
  missing() {
    throw new common.NotFoundException();
  }
  user() {
    return 'user';
  }
}
class Guard {
  canActivate(context) {
    order.push(['guard', context.getHandler().name, context.getClass().name]);
    return context.getHandler().name !== 'refused';
  }
}
class Around {
  intercept(context, next) {
    order.push([
      'around',
      context.getHandler().name,
      context.getHandler() === Orders.prototype[context.getHandler().name],
      context.getArgs().length,
    ]);
    return next.handle();
  }
}
class Filter extends BaseExceptionFilter {
  catch(error, host) {
    order.push(['filter', ...failureOf(error), host.getType()]);
    super.catch(error, host);
  }
}
Catch()(Filter);
for (const each of [Guard, Around]) Injectable()(each);
Controller()(Orders);
UseGuards(Guard)(Orders);
UseInterceptors(Around)(Orders);
const route = (decorate, name) => decorate(Orders.prototype, name, Object.getOwnPropertyDescriptor(Orders.prototype, name));
route(Get('orders/:id'), 'one');
route(Delete('orders/:id'), 'remove');
route(Post('orders'), 'make');
for (const name of ['slow', 'throws', 'rejects', 'refused', 'missing']) route(Get(name), name);
route(Get('api/:version/users/:name'), 'user');
class App {}
Module({ controllers: [Orders], providers: [{ provide: APP_FILTER, useClass: Filter }] })(App);
(async () => {
  const handlers = Object.getOwnPropertyNames(Orders.prototype).map((name) => [
    name,
    Orders.prototype[name].name,
    Orders.prototype[name].length,
  ]);
  const app = await NestFactory.create(App, { logger: false });
  await app.listen(0, '127.0.0.1');
  say('app', shape(app).classes, app.get(Orders) instanceof Orders);
  await askAll(
    app.getHttpServer(),
    REQUESTS.filter(([, path]) => path !== '/stream'),
  );
  for (const line of order) say('order', line);
  say(
    'handlers',
    handlers,
    Object.getOwnPropertyNames(Orders.prototype).map((name) => [name, Orders.prototype[name].name, Orders.prototype[name].length]),
  );
  say(
    'metadata',
    Object.getOwnPropertyNames(Orders.prototype).map((name) => Reflect.getMetadataKeys(Orders.prototype[name])),
  );
  await app.close();
  end();
})();
