const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { Writable } = require('node:stream');
const { inspect } = require('node:util');
const { trace } = require('@opentelemetry/api');

module.exports = async function run(pino) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'pino-'));
  process.on('exit', () => fs.rmSync(folder, { recursive: true, force: true }));
  const fileOf = (name) => path.join(folder, name);
  const withoutIds = (line) => line.replace(/,"(?:trace_id|span_id|trace_flags)":"\w+"/g, '');
  const read = (name) => {
    try {
      return withoutIds(fs.readFileSync(fileOf(name), 'utf8'))
        .replaceAll(/\(.*?:\d+:\d+\)|at .*?(?=\\n|")/g, '')
        .split('\n');
    } catch (error) {
      return error.code;
    }
  };
  const say = (what, value) => console.log(what, typeof value === 'string' ? value : inspect(value, { depth: 4, breakLength: 200 }));
  const settles = (start) =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, 3000, 'never');
      start((...args) => {
        clearTimeout(timer);
        resolve(args.map(String));
      });
    });
  const lines = () => {
    const got = [];
    const stream = new Writable({
      write(chunk, _encoding, done) {
        got.push(withoutIds(String(chunk)).replaceAll(/at .*?(?=\\n|")/g, ''));
        done();
      },
    });
    return { got, stream };
  };
  const base = { base: null, timestamp: () => ',"time":1' };
  async function all() {
    for (const name of Object.keys(pino).sort())
      say(name, [typeof pino[name], typeof pino[name] === 'function' ? pino[name].length : Object.keys(Object(pino[name])).length]);
    say('itself', [pino.length, pino.name, pino.pino === pino, pino.default === pino]);
    {
      const { got, stream } = lines();
      const log = pino({ ...base, level: 'trace' }, stream);
      say('own keys', Reflect.ownKeys(log).map(String).sort());
      say('stream', [log[pino.symbols.streamSym] === stream, stream.listenerCount('error'), stream.eventNames()]);
      for (const level of ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'])
        say(level, [log[level](level), log[level].name, log[level].length]);
      for (const args of [
        ['%s of %d', 'a', 2],
        [{ a: 1 }, 'object'],
        [null],
        [null, 'null'],
        [undefined, 'x'],
        [],
        [1],
        [true],
        [Symbol.iterator.description],
        [[1, 2]],
        [Object.freeze({ f: 1 }), 'frozen'],
        [Object.create(null)],
        [new Map([[1, 2]])],
        [{ n: Number.NaN, i: Infinity, u: undefined, f() {}, d: new Date(0), b: 1n.toString() }],
      ])
        log.info(...args);
      log.error(new TypeError('broken'));
      log.error(Object.assign(new RangeError('with cause', { cause: new Error('cause') }), { code: 'E_X' }), 'text');
      log.error({ err: new Error('err') });
      const circular = { name: 'circular' };
      circular.self = circular;
      log.info(circular);
      for (const hostile of [
        {
          get a() {
            throw new Error('getter');
          },
        },
        new Proxy(
          {},
          {
            ownKeys() {
              throw new Error('keys');
            },
          },
        ),
        {
          toJSON() {
            throw new Error('json');
          },
        },
      ]) {
        try {
          log.info(hostile, 'hostile');
        } catch (error) {
          say('threw', error.message);
        }
      }
      log.info({ trace_id: 'mine', span_id: 'own' }, 'ids of its own');
      const object = { a: 1, nested: { b: 2 } };
      log.info(object);
      say('object afterwards', [Reflect.ownKeys(object), object]);
      const bindings = Object.freeze({ part: 'p' });
      const child = log.child(bindings, { level: 'warn', serializers: { a: (value) => value + 1 }, redact: ['secret'], msgPrefix: '[c] ' });
      child.info('no');
      child.warn({ a: 1, secret: 's' }, 'child');
      child.child({ deep: true }).error('grandchild');
      say('bindings', [child.bindings(), child.level, child.levelVal, child.isLevelEnabled('info'), Object.getPrototypeOf(child) === log]);
      log.setBindings({ later: 1 });
      log.info('bound');
      log.level = 'error';
      log.info('no');
      log.error('yes');
      say('flush without', await settles((done) => log.flush(done)));
      say('lines', got);
    }
    {
      const { got, stream } = lines();
      const seen = [];
      const hooks = {
        logMethod(args, method, level) {
          seen.push(level);
          return method.apply(this, args);
        },
        streamWrite: (line) => line.replaceAll('hidden', '***'),
      };
      const log = pino(
        {
          ...base,
          hooks: Object.freeze(hooks),
          onChild: (child) => seen.push(typeof child.info),
          nestedKey: 'payload',
          messageKey: 'message',
          errorKey: 'error',
          redact: { paths: ['payload.password', 'password'], censor: '[x]' },
          mixin: (object, level, logger) => {
            seen.push([level, logger === log || typeof logger]);
            return { mixed: 1 };
          },
          formatters: {
            level: (label) => ({ severity: label }),
            log: (object) => {
              seen.push(Object.keys(object));
              return object;
            },
          },
          customLevels: { notice: 35 },
          serializers: { error: (error) => ({ text: error.message }) },
        },
        stream,
      );
      log.notice({ password: 'p' }, 'hidden notice');
      log.error(new Error('hidden error'));
      log.child({}).info('hidden child');
      log.warn({ payload: 1 });
      say('hooks', [seen, got]);
    }
    {
      const buffered = pino.destination({ dest: fileOf('buffered'), sync: false, minLength: 4096 });
      const log = pino(base, buffered);
      await settles((done) => buffered.once('ready', done));
      log.info('one');
      say('before', read('buffered'));
      say('flush', await settles((done) => log.flush(done)));
      say('after', read('buffered'));
      log.info('two');
      buffered.flushSync();
      say('flushSync', read('buffered'));
      log.child({ c: 1 }).info('three');
      say('flush', await settles((done) => log.child({}).flush(done)));
      say('after', read('buffered'));
      buffered.end();
      await settles((done) => buffered.once('close', done));
      try {
        log.info('ended');
      } catch (error) {
        say('ended', error.message);
      }
    }
    {
      const [a, b, c] = [lines(), lines(), lines()];
      const streams = pino.multistream([{ stream: a.stream }, { level: 'error', stream: b.stream }], { dedupe: false });
      const log = pino({ ...base, level: 'debug' }, streams);
      streams.add({ level: 'debug', stream: c.stream });
      log.debug('debug');
      log.info('info');
      log.error('error');
      say('multistream', [a.got, b.got, c.got, streams.streams.length, streams.minLevel]);
      const deduped = pino(base, pino.multistream([{ stream: a.stream }, { level: 'error', stream: b.stream }], { dedupe: true }));
      deduped.error('once');
      say('deduped', [a.got.length, b.got.length]);
    }
    {
      const metadata = {
        [Symbol.for('pino.metadata')]: true,
        write(line) {
          this.line = withoutIds(line);
        },
      };
      const log = pino(base, metadata);
      const object = { a: 1 };
      log.warn(object, 'with metadata');
      say('metadata', [
        metadata.lastLevel,
        metadata.lastMsg,
        metadata.lastObj === object,
        metadata.lastTime,
        metadata.lastLogger === log,
        metadata.line,
      ]);
      const throwing = pino(base, {
        write() {
          throw new Error('disk full');
        },
      });
      try {
        throwing.info('x');
      } catch (error) {
        say('a stream throws', error.message);
      }
    }
    {
      const transport = pino.transport({
        targets: [
          { target: 'pino/file', level: 'info', options: { destination: fileOf('all') } },
          { target: 'pino/file', level: 'error', options: { destination: fileOf('errors') } },
        ],
      });
      const log = pino({ ...base, level: 'debug' }, transport);
      log.debug('none');
      log.info('to one');
      log.error('to both');
      say('flush', await settles((done) => log.flush(done)));
      await settles((done) => {
        transport.once('close', done);
        transport.end();
      });
      say('transport', [read('all'), read('errors')]);
    }
    {
      const { got, stream } = lines();
      const log = pino(
        {
          ...base,
          level: 'silent',
          depthLimit: 2,
          edgeLimit: 2,
          crlf: true,
          useOnlyCustomLevels: true,
          customLevels: { low: 1, high: 2 },
          enabled: true,
        },
        stream,
      );
      log.low('no');
      log.level = 'low';
      log.on('level-change', (...args) => got.push(`${args.slice(0, 4)}`));
      log.high({ a: { b: { c: { d: 1 } } }, list: [1, 2, 3, 4] }, 'limits');
      log.level = 'high';
      say('silent', [got, typeof log.info, log.levels.values, log.isLevelEnabled('low'), log.levelVal, log.version === pino.version]);
      const disabled = pino({ ...base, enabled: false }, stream);
      disabled.fatal('not');
      say('disabled', [disabled.level, got.length]);
      const raw = lines();
      const wrapped = pino(
        {
          ...base,
          msgPrefix: '[p] ',
          safe: true,
          mixinMergeStrategy: (merged, mixed) => ({ ...mixed, ...merged, merged: true }),
          mixin: () => Object.freeze({ mixed: 1 }),
          formatters: { bindings: ({ pid: _pid, ...rest }) => ({ ...rest, formatted: true }) },
          serializers: { [Symbol.for('pino.*')]: (object) => ({ ...object, all: true }), req: pino.stdSerializers.req },
        },
        raw.stream,
      );
      wrapped.info({ req: { method: 'GET', url: '/', headers: {}, socket: {} } }, 'serialized %o', { a: 1 });
      wrapped
        .child({ c: 1 }, { msgPrefix: '[q] ', formatters: { log: (object) => ({ ...object, logged: 1 }) } })
        .warn(new Error('in a child'));
      say('wrapped', raw.got);
    }
    try {
      pino({ level: 'nonsense' });
    } catch (error) {
      say('a wrong level', error.message);
    }
    try {
      pino({ customLevels: { info: 1 } });
    } catch (error) {
      say('a level that is there', error.message);
    }
  }
  await all();
  await trace.getTracer('program').startActiveSpan('work', async (span) => {
    await all();
    span.end();
  });
  if (process.env.END === 'throw') {
    pino(base, pino.destination({ dest: 1, sync: false, minLength: 4096 })).info('before the end');
    throw new Error('nobody handles this');
  }
};
