// Decorators are functions: without a compiler they are called as such.
module.exports = async function createApp(
  { Controller, Get, Post, HttpException, Module, UseFilters, Catch, VersioningType },
  { NestFactory },
) {
  class Cats {
    all() {
      return 'cats';
    }
    one() {
      return 'cat';
    }
    make() {
      return 'made';
    }
    async fails() {
      throw new TypeError('the handler failed');
    }
    missing() {
      throw new HttpException('no such cat', 404);
    }
    filtered() {
      throw new Error('taken by a filter');
    }
  }
  class Filter {
    catch(_error, host) {
      host.switchToHttp().getResponse().status(503).json({ taken: true });
    }
  }
  Catch()(Filter);
  const route = (decorate, name) => decorate(Cats.prototype, name, Object.getOwnPropertyDescriptor(Cats.prototype, name));
  Controller('cats')(Cats);
  route(Get(), 'all');
  route(Get('throws'), 'fails');
  route(Get('missing'), 'missing');
  route(Get('filtered'), 'filtered');
  route(UseFilters(new Filter()), 'filtered');
  route(Get(':id/kittens/:kitten'), 'one');
  route(Post(), 'make');
  class App {}
  Module({ controllers: [Cats] })(App);
  const app = await NestFactory.create(App, { logger: false });
  app.setGlobalPrefix('api');
  app.enableVersioning({ type: VersioningType.URI, defaultVersion: '1' });
  await app.init();
  return app;
};
