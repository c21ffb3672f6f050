const { inspect } = require('node:util');

module.exports = async function run(g) {
  const is17 = g.version.startsWith('17');
  const kindOf = (value) =>
    value === null || typeof value !== 'object' ? typeof value : (Object.getPrototypeOf(value)?.constructor?.name ?? 'null prototype');
  const shown = (value) => inspect(value, { depth: 6, breakLength: 200, showHidden: false }).replace(/\n +at .*/g, '');
  const say = (what, value) => console.log(what, kindOf(value), shown(value));
  /** What is returned, thrown, resolved or rejected, and what is left of the arguments. */
  async function tell(what, make) {
    try {
      const returned = make();
      const isPromise = typeof returned?.then === 'function';
      console.log(
        what,
        'returns',
        kindOf(returned),
        isPromise ? Object.getPrototypeOf(returned) === Promise.prototype : Object.getPrototypeOf(returned) === Object.prototype,
        Reflect.ownKeys(Object(returned)),
      );
      say(what, isPromise ? await returned : returned);
    } catch (error) {
      say(`${what} threw`, error.message);
      console.log(what, kindOf(error), Reflect.ownKeys(error), error.extensions, error.locations, error.path);
    }
  }
  const schema = g.buildSchema(`
    type Query { user(id: ID, of: [Int]): User all: [User!]! context: String keys: Int broken: String brokenLater: Int!  later: String }
    type Mutation { set(name: String!): User twice: Int }
    type Subscription { ticks(to: Int): Int broken: Int }
    type User { id: ID name: String friends: [User] }
    input Unused { a: Int }
  `);
  const seen = [];
  const rootValue = {
    user: ({ id }) => ({ id, name: async () => `user ${id}`, friends: [{ id: 1, name: 'one' }, null] }),
    all: () => [
      { id: 1 },
      {
        id: 2,
        name: () => {
          throw new RangeError('no name');
        },
      },
    ],
    context: (_args, context) => shown(context),
    keys: (_args, context) => (context === undefined || context === null ? -1 : Reflect.ownKeys(Object(context)).length),
    broken: () => {
      throw new TypeError('broken "here"');
    },
    brokenLater: async () => {
      throw Object.assign(new Error('later'), { code: 'E_LATER', extensions: { code: 'LATER' } });
    },
    later: () => new Promise((resolve) => setImmediate(resolve, 'later')),
    set: async ({ name }) => {
      seen.push(name);
      return { name };
    },
    twice: () => seen.length,
    ticks: async function* ({ to }) {
      for (let i = 0; i < to; i++) yield { ticks: i };
    },
  };
  const documentOf = (text, options) => g.parse(text, options);
  const execute = (text, more = {}) => g.execute({ schema, document: documentOf(text), rootValue, ...more });

  for (const name of ['parse', 'validate', 'execute', 'executeSync', 'subscribe', 'graphql', 'graphqlSync'])
    console.log(name, typeof g[name], g[name]?.length, g[name]?.name, Reflect.ownKeys(g[name] ?? {}));

  await tell('parse', () => documentOf('query A($a: Int = 3) { user(id: "x") { name } }', { noLocation: true }));
  await tell('parse a schema', () => documentOf('type Query { a: Int }').definitions.length);
  await tell('parse a source', () => documentOf(new g.Source('{ later }', 'named')).loc.source.name);
  await tell('parse nonsense', () => documentOf('query {'));
  await tell('parse nothing', () => g.parse());
  await tell('parse frozen options', () => Object.keys(g.parse('{ later }', Object.freeze({ noLocation: true }))));
  await tell('validate', () => g.validate(schema, documentOf('{ user { nam } usr }')));
  await tell('validate by no rules', () => g.validate(schema, documentOf('{ usr }'), []));
  await tell('validate with options', () =>
    g.validate(schema, documentOf('{ a b c d }'), g.specifiedRules, Object.freeze({ maxErrors: 2 })).map((error) => error.message),
  );
  await tell('validate nothing', () => g.validate(schema));

  await tell('execute', () => execute('query Named { later }'));
  await tell('execute in sync', () => execute('{ keys context }'));
  await tell('executeSync', () => g.executeSync({ schema, document: documentOf('{ keys }'), rootValue }));
  await tell('executeSync of a promise', () => g.executeSync({ schema, document: documentOf('{ later }'), rootValue }));
  await tell('variables', () =>
    execute('query ($id: ID) { user(id: $id) { id name friends { name } } }', { variableValues: Object.freeze({ id: 'v' }) }),
  );
  await tell('wrong variables', () => execute('query ($of: [Int]) { user(of: $of) { id } }', { variableValues: { of: ['a', 'b', 'c'] } }));
  await tell('limit of errors', () =>
    execute('query ($of: [Int]) { user(of: $of) { id } }', { variableValues: { of: ['a', 'b', 'c'] }, options: { maxCoercionErrors: 1 } }),
  );
  await tell('one of two', () => execute('query A { keys } query B { context }', { operationName: 'B' }));
  await tell('none of two', () => execute('query A { keys } query B { context }'));
  await tell('an unknown one', () => execute('query A { keys }', { operationName: 'C' }));
  await tell('only fragments', () => execute('fragment F on Query { keys }'));
  await tell('mutation', () => execute('mutation { a: set(name: "a") { name } b: set(name: "b") { name } twice }'));
  await tell('a resolver throws', () => execute('{ broken }'));
  await tell('a resolver rejects', () => execute('{ brokenLater }'));
  await tell('deep errors', () => execute('{ all { id name } }'));
  await tell('errors are the originals', async () => {
    const { errors } = await execute('{ broken brokenLater }');
    return errors.map((error) => [
      error instanceof g.GraphQLError,
      error.originalError?.constructor.name,
      error.originalError?.code,
      Object.keys(error),
    ]);
  });
  await tell('own resolvers', () =>
    execute('{ keys user { id } }', {
      fieldResolver: (_source, _args, _context, info) => (info.fieldName === 'user' ? {} : info.path.key.length),
      typeResolver: () => 'User',
    }),
  );
  for (const [what, contextValue] of Object.entries({
    'a frozen context': Object.freeze({ user: 'ann' }),
    'a sealed one': Object.seal({ user: 'ann' }),
    'a string': 'ann',
    'a number': 7,
    'a symbol': Symbol('s'),
    null: null,
    false: false,
    'a function': () => 1,
    'a null prototype': Object.create(null),
    'a proxy': new Proxy(
      { user: 'ann' },
      {
        set() {
          throw new Error('read only');
        },
        defineProperty() {
          throw new Error('read only');
        },
      },
    ),
  })) {
    const before = Reflect.ownKeys(Object(contextValue ?? {})).length;
    await tell(`context is ${what}`, () => execute('{ context keys }', { contextValue }));
    console.log('keys afterwards', Reflect.ownKeys(Object(contextValue ?? {})).length - before);
  }
  await tell('no context', () => execute('{ context keys }'));
  const shared = {};
  await tell('a shared context', () => Promise.all([1, 2, 3].map(() => execute('{ keys later }', { contextValue: shared }))));
  console.log(
    'shared keys',
    Reflect.ownKeys(shared),
    Object.keys(schema.getQueryType().getFields()),
    Reflect.ownKeys(schema.getQueryType()).map(String).sort(),
  );
  await tell('frozen arguments', () =>
    g.execute(Object.freeze({ schema, document: Object.freeze(documentOf('{ keys }')), rootValue: Object.freeze({ keys: 1 }) })),
  );
  await tell('arguments that throw', () =>
    g.execute({
      schema,
      get document() {
        throw new Error('hostile');
      },
    }),
  );
  await tell('no document', () => g.execute({ schema }));
  await tell('no schema', () => g.execute({ document: documentOf('{ a }') }));
  await tell('a wrong schema', () => g.execute({ schema: {}, document: documentOf('{ a }') }));
  await tell('no arguments', () => g.execute());
  await tell('positional arguments', () => g.execute(schema, documentOf('{ keys }'), rootValue));
  await tell('null', () => g.execute(null));

  await tell('graphql', () =>
    g.graphql({ schema, source: 'query Greet($id: ID) { user(id: $id) { name } }', rootValue, variableValues: { id: 4 } }),
  );
  await tell('graphql with a syntax error', () => g.graphql({ schema, source: '{', rootValue }));
  await tell('graphql that is invalid', () => g.graphql({ schema, source: '{ nothing user(id: {}) }', rootValue }));
  await tell('graphqlSync', () => g.graphqlSync({ schema, source: '{ keys }', rootValue, contextValue: 7 }));
  await tell('graphqlSync of a promise', () => g.graphqlSync({ schema, source: '{ later }', rootValue }));
  await tell('introspection', async () => Object.keys((await g.graphql({ schema, source: g.getIntrospectionQuery() })).data.__schema));

  const subscribe = (text, more) => g.subscribe({ schema, document: documentOf(text), rootValue, ...more });
  await tell('subscribe', async () => {
    const stream = await subscribe('subscription { ticks(to: 3) }');
    const all = [];
    for await (const item of stream) all.push(item.data.ticks);
    return [typeof stream.return, typeof stream.throw, all];
  });
  await tell('leave a subscription', async () => {
    const stream = await subscribe('subscription { ticks(to: 9) }');
    const first = await stream.next();
    return [first, await stream.return(), await stream.next()];
  });
  await tell('subscribe to what is broken', () => subscribe('subscription { broken }'));
  await tell('subscribe to nothing', () => subscribe('{ keys }'));

  const order = [];
  const settled = execute('{ later }').then(() => order.push('result'));
  process.nextTick(() => order.push('tick'));
  Promise.resolve().then(() => order.push('microtask'));
  setImmediate(() => order.push('immediate'));
  await settled;
  await new Promise((resolve) => setImmediate(resolve));
  console.log('order', order);

  if (is17) {
    const controller = new AbortController();
    await tell('abort', () => {
      const promise = execute('{ later }', { abortSignal: controller.signal });
      controller.abort(new Error('enough'));
      return promise;
    });
  }
  process.on('unhandledRejection', (reason) => console.log('unhandled', reason.message));
  await tell('a rejection in a resolver that nobody awaits', () =>
    execute('{ keys }', {
      fieldResolver: () => {
        void Promise.reject(new Error('left'));
        return 1;
      },
    }),
  );
  await new Promise((resolve) => setTimeout(resolve, 5));
  process.removeAllListeners('unhandledRejection');
  if (process.env.END === 'throw')
    void execute('{ later }').then(() => {
      throw new Error('nobody handles this');
    });
};
