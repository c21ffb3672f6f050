const fs = require('node:fs');
const http = require('node:http');
const os = require('node:os');
const path = require('node:path');
const { once } = require('node:events');
const { Writable } = require('node:stream');
const { trace } = require('@opentelemetry/api');
const { say, shape, listeners, failure } = require('./show.cjs');

const LEVEL = Symbol.for('level');
const MESSAGE = Symbol.for('message');
const SPLAT = Symbol.for('splat');
const IDS = ['trace_id', 'span_id', 'trace_flags'];

module.exports = async function run(winston) {
  const { createLogger, format, transports, Transport, Logger } = winston;
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'winston-'));
  process.on('exit', () => fs.rmSync(folder, { recursive: true, force: true }));
  const clean = (text) =>
    String(text)
      .replaceAll(/,?"(?:trace_id|span_id|trace_flags)":"\w+"/g, '')
      .replaceAll(/\{,/g, '{')
      .replaceAll(/"timestamp":"[^"]*"/g, '"timestamp":"-"')
      .replaceAll(/(?:\\n|\n) *at .*?(?=\\n|\n|"|$)/g, '')
      .replaceAll(folder, '');
  const keysOf = (info) =>
    Reflect.ownKeys(info)
      .map(String)
      .filter((key) => !IDS.includes(key));
  const contentOf = (info) =>
    Object.fromEntries(
      Object.entries(info)
        .filter(([key]) => !IDS.includes(key) && key !== 'timestamp')
        .map(([key, value]) => [key, clean(typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value)))]),
    );
  const memory = (options = {}) => {
    const got = [];
    const stream = new Writable({ write: (chunk, _encoding, done) => (got.push(clean(chunk)), done()) });
    return { got, transport: new transports.Stream({ stream, ...options }) };
  };
  class Keeper extends Transport {
    constructor(options) {
      super(options);
      this.setMaxListeners(50);
      this.infos = [];
    }
    log(info, done) {
      this.infos.push(info);
      setImmediate(() => this.emit('logged', info));
      done();
    }
  }
  const later = () => new Promise((resolve) => setImmediate(resolve));

  async function methods() {
    for (const name of Object.keys(winston).sort())
      say(name, typeof winston[name], typeof winston[name] === 'function' ? winston[name].length : '');
    say(
      'Logger',
      Logger.name,
      Logger.length,
      Object.keys(Logger.prototype),
      Object.getOwnPropertyNames(Object.getPrototypeOf(createLogger())).length,
    );
    for (const name of [
      'write',
      '_transform',
      'push',
      'log',
      'add',
      'remove',
      'clear',
      'close',
      'configure',
      'child',
      'query',
      'stream',
      'profile',
      'startTimer',
      'end',
    ])
      say(name, typeof Logger.prototype[name], Logger.prototype[name].name, Logger.prototype[name].length);
    const { got, transport } = memory();
    const keeper = new Keeper();
    const logger = createLogger({ level: 'silly', transports: [transport, keeper], defaultMeta: Object.freeze({ service: 's' }) });
    const events = [];
    for (const name of ['data', 'finish', 'close', 'error', 'warn', 'logged', 'pipe', 'unpipe', 'drain'])
      logger.on(name, (value) => events.push([name, typeof value]));
    say('own keys', Object.keys(logger).sort(), shape(logger).classes, logger instanceof Logger);
    say('listeners', listeners(logger), listeners(transport));
    for (const level of Object.keys(winston.config.npm.levels))
      say(level, logger[level](level) === logger, logger[level].length, logger.isLevelEnabled(level));
    for (const args of [
      ['%s of %d', 'a', 2],
      ['text', { a: 1 }],
      ['text', null],
      ['text', undefined],
      ['text', 'more', 3],
      [{ a: 1 }],
      [{ message: 'given', nested: { b: [1, 'two'] } }],
      [null],
      [undefined],
      [],
      [1],
      [true],
      [['list']],
      [new Error('alone')],
      ['beside', new TypeError('broken')],
      ['with meta', { message: 'meta message', stack: 'meta stack', cause: 'c' }],
      [Object.assign(new RangeError('caused'), { cause: new Error('cause'), code: 'E_X' })],
    ]) {
      try {
        say('returns', logger.info(...args) === logger);
      } catch (error) {
        say('threw', failure(error));
      }
    }
    say(
      'log',
      logger.log('warn', 'by name') === logger,
      logger.log({ level: 'error', message: 'one object' }) === logger,
      logger.log('info', 'meta', { m: 1 }, 'rest') === logger,
    );
    say(
      'write',
      logger.write({ level: 'info', message: 'written', [LEVEL]: 'info' }),
      logger.write({ level: 'info', message: 'no symbol' }),
    );
    for (const wrong of [null, undefined, 'text', 5, Symbol('s')])
      try {
        const other = createLogger({ transports: [new Keeper()] });
        other.on('error', (error) => say('error', failure(error)));
        say('write wrong', typeof other.write(wrong));
        await later();
      } catch (error) {
        say('threw', failure(error));
      }
    for (const hostile of [
      {
        level: 'info',
        get message() {
          throw new Error('getter');
        },
      },
      Object.freeze({ level: 'info', message: 'frozen' }),
      Object.freeze({ level: 'info', message: 'frozen', [LEVEL]: 'info' }),
      Object.create({ level: 'info', message: 'inherited' }),
      Object.assign(Object.create(null), { level: 'info', message: 'no prototype' }),
      new (class Line {
        level = 'info';
        message = 'of a class';
        get extra() {
          return 1;
        }
      })(),
      { level: 'info', message: 'its own ids', trace_id: 'mine', span_id: 'own' },
      { level: 'unheard', message: 'of' },
    ]) {
      try {
        const other = createLogger({ transports: [keeper], format: format.combine(format.timestamp(), format.json()) });
        other.log(hostile);
        other.log({ level: 'info', message: 'behind it' });
        say(
          'hostile',
          keysOf(hostile).filter((key) => key !== 'timestamp'),
          Object.isFrozen(hostile),
        );
      } catch (error) {
        say('threw', failure(error));
      }
    }
    const object = { level: 'info', message: 'object', nested: {} };
    logger.log(object);
    await later();
    say('object afterwards', Reflect.ownKeys(object).map(String), keeper.infos.at(-1).nested === object.nested);
    const meta = { nested: { c: 3 } };
    logger.info('with meta', meta);
    say('meta afterwards', Reflect.ownKeys(meta), keeper.infos.at(-1).nested === meta.nested, keeper.infos.at(-1)[SPLAT]?.[0] === meta);
    say(
      'infos',
      keeper.infos.map((info) => [shape(info).classes, keysOf(info), clean(info[MESSAGE]), contentOf(info)]),
    );
    say('lines', got);
    say('events', events);
    const child = logger.child(Object.freeze({ part: 'p' }));
    child.warn('child');
    child.error(new Error('in a child'));
    child.child({ deep: 1 }).info('grandchild', { x: 1 });
    child.log({ level: 'info', message: 'object', part: 'mine' });
    say(
      'child',
      Object.getPrototypeOf(child) === logger,
      child.level,
      child.transports.length,
      Reflect.ownKeys(child).map(String),
      child.write.length,
    );
    child.level = 'error';
    child.info('no?');
    say('levels', logger.level, child.level, logger.isInfoEnabled(), child.isInfoEnabled(), logger.getHighestLogLevel());
    logger.level = 'error';
    logger.info('no');
    logger.silent = true;
    logger.error('silent');
    logger.silent = false;
    transport.silent = true;
    logger.error('to one');
    transport.silent = false;
    transport.level = 'debug';
    logger.debug('level of a transport');
    say('lines', got.slice(-8), keeper.infos.length);
    keeper.infos.length = 0;
    const timer = logger.startTimer();
    say('timer', timer.done({ level: 'error', message: 'timed' }) === logger, typeof keeper.infos[0]?.durationMs);
    say(
      'profile',
      typeof logger.profile('p'),
      logger.profile('p', { level: 'error', message: 'profiled' }) === logger,
      typeof keeper.infos[1]?.durationMs,
    );
    logger.remove(keeper);
    logger.error('removed');
    say('removed', keeper.infos.length, logger.transports.length);
    logger.configure({ level: 'notice', format: format.simple(), transports: [keeper], levels: winston.config.syslog.levels });
    logger.log('notice', 'configured');
    logger.log('emerg', 'configured', { a: 1 });
    say(
      'configured',
      keeper.infos.map((info) => clean(info[MESSAGE]).replaceAll(/"?(?:trace_id|span_id|trace_flags)"?:"?\w+"?,?/g, '')).length,
      typeof logger.crit,
    );
    logger.clear();
    say('cleared', logger.transports.length, logger.add(keeper) === logger);
    const ended = Promise.all([once(logger, 'finish'), once(keeper, 'finish')]);
    logger.end();
    await ended;
    say('ended', logger.writableFinished ?? logger._writableState.finished, keeper.infos.length);
    logger.on('error', (error) => say('error', failure(error)));
    try {
      say('after the end', logger.info('late') === logger);
    } catch (error) {
      say('threw', failure(error));
    }
    await later();
    say('closed', createLogger({ transports: [new Keeper()] }).close() === undefined);
  }

  async function formats() {
    const order = [];
    const { got, transport } = memory({
      format: format.printf(
        ({ level, message, secret, ...rest }) =>
          `${level}|${message}|${secret}|${Object.keys(rest).filter((key) => !IDS.includes(key) && key !== 'timestamp')}`,
      ),
    });
    const json = memory({ format: format.json() });
    const keeper = new Keeper({ format: format.combine(format.uncolorize(), format.json()) });
    const logger = createLogger({
      levels: { loud: 0, quiet: 1 },
      level: 'quiet',
      format: format.combine(
        format.errors({ stack: true, cause: true }),
        format.splat(),
        format.timestamp(),
        format.label({ label: 'l' }),
        format((info, options) => (order.push([info.message, options, keysOf(info)]), info))({ o: 1 }),
        format((info) => (info.private ? false : info))(),
        format((info) => ({ ...info, secret: info.secret === undefined ? undefined : '***', [LEVEL]: info[LEVEL] }))(),
        format.ms(),
      ),
      transports: [transport, json.transport, keeper],
    });
    for (const args of [
      ['splat %s %d %j', 'a', 1, { o: 1 }, { extra: 2 }],
      ['masked', { secret: 's' }],
      ['dropped', { private: true }],
      [new Error('error')],
      ['text', new Error('beside')],
      [Object.assign(new Error('with cause'), { cause: new Error('inner') })],
    ])
      try {
        logger.loud(...args);
      } catch (error) {
        say('threw', failure(error));
      }
    logger.quiet({ message: 'object', secret: 1 });
    say('order', order);
    say(
      'lines',
      got,
      json.got.map((line) => line.replace(/"ms":"\+\w+"/, '"ms"')),
    );
    say(
      'infos',
      keeper.infos.map((info) => [keysOf(info), typeof info[MESSAGE]]),
    );
    for (const each of [
      format.simple(),
      format.logstash(),
      format.prettyPrint(),
      format.cli(),
      format.combine(format.colorize({ all: true }), format.simple()),
      format.padLevels(),
      format.metadata(),
      format.align(),
    ]) {
      const one = memory();
      const single = createLogger({ format: each, transports: [one.transport, new Keeper()] });
      single.info('one', { a: 1 });
      single.error('two');
      say(
        'format',
        one.got.map((line) =>
          line
            .replaceAll(/(?:,?\s*)'?"?(?:trace_id|span_id|trace_flags)"?'?: ?['"]\w+['"]/g, '')
            .replaceAll(/"?@timestamp"?:"[^"]*",?/g, '')
            // What is printed of the ids alone, and how long lines are broken.
            .replaceAll(/ ?\{\}|\s+/g, ' ')
            .trim(),
        ),
      );
    }
    const throwing = createLogger({
      format: format(() => {
        throw new Error('format broken');
      })(),
      transports: [new Keeper()],
    });
    try {
      throwing.info('x');
      say('no throw', '');
    } catch (error) {
      say('a format throws', failure(error));
    }
    try {
      throwing.info('again');
    } catch (error) {
      say('again', failure(error));
    }
    try {
      createLogger({ colors: {} });
    } catch (error) {
      say('removed options', failure(error));
    }
  }

  async function failing() {
    class Failing extends Transport {
      log(info, done) {
        if (info.how === 'throw') throw new Error('transport throws');
        if (info.how === 'callback') return done(new Error('transport fails'));
        this.emit('error', new Error('transport emits'));
        done();
      }
    }
    const logger = createLogger({ transports: [new Failing()] });
    const seen = [];
    logger.on('error', (error, transport) => seen.push([failure(error).message, transport?.constructor.name]));
    logger.on('warn', (error) => seen.push(['warn', String(error)]));
    for (const how of ['emit', 'callback'])
      try {
        logger.info('x', { how });
      } catch (error) {
        seen.push(['threw', failure(error).message]);
      }
    await later();
    say('failing', seen, listeners(logger));
    const other = createLogger({ transports: [new Failing()] });
    try {
      other.info('x', { how: 'throw' });
    } catch (error) {
      say('threw', failure(error).message);
    }
    // Holds every line back, so that the logger's stream is full.
    const held = [];
    class Slow extends Transport {
      log(info, done) {
        held.push(info);
        setImmediate(done);
      }
    }
    const slow = createLogger({ transports: [new Slow()] });
    const returned = [];
    for (let i = 0; i < 60; i++) returned.push(slow.write({ level: 'info', message: `line ${i}` }));
    while (held.length < 60) await later();
    const finished = once(slow, 'finish');
    slow.end();
    await finished;
    say('slow', returned.indexOf(false), held.map(({ message }) => message).join(), new Set(held.map((info) => keysOf(info).join())));
    const legacy = {
      name: 'legacy',
      level: 'info',
      got: [],
      on() {},
      emit() {},
      removeListener() {},
      log(level, message, info, done) {
        this.got.push([level, message, keysOf(info)]);
        done();
      },
    };
    const old = createLogger({ transports: [] });
    old.add(legacy);
    old.info('legacy');
    say('legacy', legacy.got, old.transports.length);
    await later();
  }

  async function files() {
    const file = (name) => path.join(folder, name);
    const read = (name) => clean(fs.readFileSync(file(name), 'utf8')).split('\n');
    const names = [Math.random(), Math.random(), Math.random()].map((random) => `f${String(random).slice(2)}`);
    const logger = createLogger({
      format: format.combine(format.timestamp(), format.json()),
      transports: [
        new transports.File({ filename: file(names[0]) }),
        new transports.File({ filename: file(names[1]), level: 'error' }),
        new transports.File({ filename: file(names[2]), maxsize: 100_000, maxFiles: 2 }),
      ],
    });
    for (let i = 0; i < 10; i++) logger.info('to a file', { i });
    logger.error('to both');
    logger.end();
    await once(logger, 'finish');
    await later();
    say('files', read(names[0]), read(names[1]), fs.existsSync(file(names[2])));
    const again = createLogger({ transports: [new transports.File({ filename: file(names[0]) })] });
    const result = await new Promise((resolve) =>
      again.query({ from: new Date(Date.now() - 60_000), limit: 3, order: 'asc', fields: ['message', 'i'] }, (error, results) =>
        resolve(error ?? results),
      ),
    );
    say('query', result);
    const streamed = again.stream({ start: -1 });
    say('stream', shape(streamed).classes);
    const [line] = await Promise.race([
      once(
        streamed.on('error', () => {}),
        'log',
      ).then(([log]) => [contentOf(log)]),
      new Promise((resolve) => setTimeout(resolve, 200, ['nothing'])),
    ]);
    say('streamed', typeof line);
    streamed.destroy?.();
    again.close();
    const server = http.createServer((request, response) => {
      let body = '';
      request
        .on('data', (chunk) => (body += chunk))
        .on('end', () => {
          say('http', request.method, request.url, request.headers['content-type'], clean(body));
          response.end('{}');
        });
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const remote = createLogger({ transports: [new transports.Http({ host: '127.0.0.1', port: server.address().port, path: '/logs' })] });
    const logged = once(remote.transports[0], 'logged');
    remote.info('over http', { a: 1 });
    await logged;
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    const printed = createLogger({
      format: format.printf(({ message }) => `printed ${message}`),
      transports: [new transports.Console({ stderrLevels: ['error'] })],
    });
    printed.info('on the console');
    printed.error('on stderr');
    say('console', typeof console._stdout);
  }

  async function containers() {
    const keeper = new Keeper();
    winston.loggers.add('named', { format: format.json(), transports: [keeper] });
    say('container', winston.loggers.has('named'), winston.loggers.get('named') === winston.loggers.get('named'));
    winston.loggers.get('named').info('named');
    winston.loggers.close('named');
    say('closed', winston.loggers.has('named'), keeper.infos.length);
    const root = new Keeper();
    winston.add(root);
    say('default', winston.info('by default').constructor.name, winston.level, root.infos.length);
    winston.remove(root);
    const handled = createLogger({
      exitOnError: false,
      exceptionHandlers: [new Keeper()],
      rejectionHandlers: [new Keeper()],
      transports: [new Keeper({ handleExceptions: true })],
    });
    say(
      'handlers',
      process.listenerCount('uncaughtException'),
      process.listenerCount('unhandledRejection'),
      handled.exceptions.handlers.size,
      handled.rejections.handlers.size,
    );
    const info = handled.exceptions.getAllInfo(new Error('for info'));
    say('getAllInfo', Object.keys(info), info.level);
    handled.exceptions.unhandle();
    handled.rejections.unhandle();
    say('unhandled', process.listenerCount('uncaughtException'), process.listenerCount('unhandledRejection'));
    handled.close();
  }

  async function all() {
    await methods();
    await formats();
    await failing();
    await files();
    await containers();
  }
  await all();
  await trace.getTracer('program').startActiveSpan('work', async (span) => {
    await all();
    span.end();
  });
  if (process.env.END === 'throw') {
    createLogger({ format: format.printf(({ message }) => message), transports: [new transports.Console()] }).info('before the end');
    throw new Error('nobody handles this');
  }
  if (process.env.END === 'handled') {
    const logger = createLogger({
      format: format.printf(({ level, message }) => `${level} ${clean(message)}`),
      transports: [new transports.Console({ handleExceptions: true, handleRejections: true })],
    });
    logger.info('before the end');
    if (Math.random() < 2) throw new TypeError('handled by winston');
  }
};
