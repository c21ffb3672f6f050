const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { inspect } = require('node:util');
const { trace } = require('@opentelemetry/api');

module.exports = function run(bunyan) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'bunyan-'));
  process.on('exit', () => fs.rmSync(folder, { recursive: true, force: true }));
  const say = (what, value) => console.log(what, typeof value === 'string' ? value : inspect(value, { depth: 4, breakLength: 200 }));
  const clean = (line) =>
    String(line)
      .replace(/,"(?:trace_id|span_id|trace_flags)":"\w+"/g, '')
      .replace(/"(hostname|time)":".*?"/g, '"$1":"-"')
      .replace(/"pid":\d+/, '"pid":0')
      .replaceAll(/at .*?(?=\\n|")/g, '');
  const lines = () => {
    const got = [];
    return { got, stream: { write: (line) => void got.push(clean(line)) } };
  };
  function all() {
    for (const name of Object.keys(bunyan).sort())
      say(name, [typeof bunyan[name], typeof bunyan[name] === 'function' ? bunyan[name].length : inspect(bunyan[name]).length]);
    say('itself', [
      bunyan.name,
      bunyan.length,
      Object.getPrototypeOf(bunyan.prototype)?.constructor?.name,
      Object.keys(bunyan.prototype).sort(),
    ]);
    const { got, stream } = lines();
    const options = Object.freeze({
      name: 'app',
      level: 'trace',
      streams: Object.freeze([Object.freeze({ stream })]),
      serializers: bunyan.stdSerializers,
      fixed: 1,
    });
    try {
      say('frozen options', bunyan.createLogger(options).streams.length);
    } catch (error) {
      say('threw', error.message);
    }
    const log = bunyan.createLogger({
      name: 'app',
      level: 'trace',
      stream,
      serializers: { ...bunyan.stdSerializers, secret: () => '***' },
      fixed: 1,
    });
    say('class', [
      log instanceof bunyan,
      log.constructor === bunyan,
      Object.getPrototypeOf(log) === bunyan.prototype,
      log.streams.length,
      log.streams.map(({ type, level, raw }) => [type, level, raw]),
      Object.keys(log),
      log.level(),
      log.levels(),
      log.listenerCount('error'),
      log.eventNames(),
    ]);
    for (const level of ['trace', 'debug', 'info', 'warn', 'error', 'fatal'])
      say(level, [log[level](level), log[level](), log[level].length]);
    for (const args of [
      ['%s of %d', 'a', 2],
      [{ a: 1 }, 'object'],
      [null, 'null'],
      [undefined],
      [1],
      [Object.freeze({ f: 1 }), 'frozen'],
      [Buffer.from('b')],
      [[1, 2]],
      [{ secret: 's' }, 'serialized'],
      [{ err: new Error('err') }],
      [{ req: { method: 'GET', url: '/', headers: {} } }],
    ])
      log.info(...args);
    log.error(new TypeError('broken'));
    log.error(new Error('broken'), 'text %d', 1);
    const circular = { name: 'c' };
    circular.self = circular;
    log.info({ circular }, 'circular');
    const object = { a: { b: 1 } };
    log.info(object, 'object');
    say('object afterwards', object);
    log.info({ trace_id: 'mine' }, 'ids of its own');
    log.info({ time: new Date(0), level: 35, pid: 1, hostname: 'h', msg: 'm', v: 9 }, 'given');
    for (const hostile of [
      {
        get a() {
          throw new Error('getter');
        },
      },
    ]) {
      try {
        log.info(hostile, 'hostile');
      } catch (error) {
        say('threw', error.message);
      }
    }
    const child = log.child({ part: 'p', err: undefined });
    child.warn('child');
    log.child({ simple: true }, true).warn('simple child');
    say('child', [child instanceof bunyan, child.streams.length, child.fields.part]);
    say('lines', got);
    {
      const ring = new bunyan.RingBuffer({ limit: 3 });
      const raw = [];
      const errors = lines();
      const many = bunyan.createLogger({
        name: 'many',
        streams: [
          { type: 'raw', stream: ring, level: 'trace' },
          {
            type: 'raw',
            stream: {
              write: (record) =>
                void raw.push([Object.keys(record).filter((key) => !/^(?:trace_|span_)/.test(key)), typeof record.time, record.msg]),
            },
          },
          { level: 'error', stream: errors.stream, name: 'errors' },
        ],
      });
      many.trace('t');
      many.info('i');
      many.error('e');
      many.fatal(new Error('f'));
      many.levels('errors', 'fatal');
      many.error('e2');
      many.level('fatal');
      many.error('no');
      say('streams', [ring.records.map(({ msg }) => msg), raw, errors.got, many.levels()]);
      const added = lines();
      many.addStream({ stream: added.stream, level: 'info' });
      many.fatal('added');
      say('added', [added.got, many.streams.length]);
    }
    {
      const file = path.join(folder, `file-${Math.random()}`);
      const log2 = bunyan.createLogger({ name: 'file', streams: [{ path: file }] });
      log2.info('to a file');
      log2.reopenFileStreams();
      say('file', [log2.streams[0].type, log2.streams.length]);
      log2.streams[0].stream.end();
    }
    {
      const sources = lines();
      const located = bunyan.createLogger({ name: 'src', src: true, stream: sources.stream });
      (function whereItIs() {
        located.info('with its place');
      })();
      say(
        'src',
        sources.got.map((line) => line.replace(/"file":".*?"/, '"file":"-"').replace(/"line":\d+/, '"line":0')),
      );
      const emitter = Object.assign(new (require('node:events').EventEmitter)(), { write() {}, end() {} });
      const events = bunyan.createLogger({ name: 'events', streams: [{ type: 'stream', stream: emitter, reemitErrorEvents: true }] });
      events.on('error', (error, stream) => say('error event', [error.message, stream.type]));
      emitter.emit('error', new Error('of the stream'));
      say('listeners', [emitter.listenerCount('error'), events.listenerCount('error')]);
      events.addSerializers({ late: (value) => `late ${value}` });
      events.info({ late: 1 }, 'serialized');
      say('level of a name', [events.levels(0), events.levels(0, 'warn'), events.levels(0), events.trace(), events.warn()]);
      // Where the package it needs is there.
      try {
        const rotated = path.join(folder, `rotated-${Math.random()}`);
        const rotating = bunyan.createLogger({
          name: 'rotating',
          streams: [{ type: 'rotating-file', path: rotated, period: '1d', count: 2 }],
        });
        rotating.info('to a file that rotates');
        say('rotating', [rotating.streams[0].type, typeof rotating.streams[0].stream.rotate]);
        clearTimeout(rotating.streams[0].stream.timeout);
        rotating.streams[0].stream.end?.();
      } catch (error) {
        say('rotating', error.message);
      }
    }
    const throwing = bunyan.createLogger({
      name: 'throws',
      stream: {
        write() {
          throw new Error('disk full');
        },
      },
    });
    try {
      throwing.info('x');
    } catch (error) {
      say('a stream throws', error.message);
    }
    for (const wrong of [undefined, {}, { name: 'x', stream: {}, streams: [] }, { name: 'x', level: 'nonsense' }]) {
      try {
        bunyan.createLogger(wrong);
        say('made', typeof wrong);
      } catch (error) {
        say('threw', error.message);
      }
    }
    try {
      say('new', new bunyan({ name: 'new', stream }).fields.name);
      say('called', typeof bunyan({ name: 'called', stream }));
    } catch (error) {
      say('threw', error.message);
    }
    class Own extends bunyan {}
    const own = new Own({ name: 'own', stream });
    own.info('own');
    say('own class', [own instanceof Own, own instanceof bunyan, got.at(-1)]);
    say('safeCycles', typeof bunyan.safeCycles());
    say('levels', [bunyan.resolveLevel('warn'), bunyan.nameFromLevel[30]]);
  }
  all();
  trace.getTracer('program').startActiveSpan('work', (span) => {
    all();
    span.end();
  });
  if (process.env.END === 'throw') {
    bunyan
      .createLogger({ name: 'end', streams: [{ stream: { write: (line) => process.stdout.write(clean(line)) } }] })
      .info('before the end');
    throw new Error('nobody handles this');
  }
};
