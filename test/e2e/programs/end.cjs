// node --require signalbox/register test/e2e/programs/end.cjs WAY
// Records 1,500 spans and 100 log records with ids of their own, then ends in the way that is named.
const { logs, trace } = require('@opentelemetry/api');

const SPANS = 1500;
const LOGS = 100;
const way = process.argv[2];
let isFirst = true;

function record(prefix, spans = SPANS, records = LOGS) {
  const tracer = trace.getTracer('end');
  const logger = logs.getLogger('end');
  for (let id = 0; id < spans; id++) tracer.startSpan('work', { attributes: { 'oracle.id': `${prefix}${id}` } }).end();
  for (let id = 0; id < records; id++) logger.emit({ body: 'work', attributes: { 'oracle.id': `${prefix}${id}` } });
  if (isFirst && spans > 0) console.log('recorded');
  isFirst = false;
}

/** Nobody waits for this timer: it only speaks in a process that something else keeps alive. */
function tellWhenHeld() {
  const { HELD_AFTER_MS } = process.env;
  if (HELD_AFTER_MS !== undefined) setTimeout(() => console.log('still there'), Number(HELD_AFTER_MS)).unref();
}

/** Ends a moment later what keeps the process alive until a signal comes. */
function stayAlive() {
  const server = require('node:http').createServer((_request, response) => response.end('ok'));
  server.listen(0, '127.0.0.1', () => console.log('ready'));
  return server;
}

const WAYS = {
  natural: () => {
    record('a');
    tellWhenHeld();
  },
  'exit-code-property': () => {
    record('a');
    tellWhenHeld();
    process.exitCode = 4;
  },
  'process-exit': () => {
    record('a');
    process.exit(3);
  },
  'process-exit-later': () => {
    record('a');
    setTimeout(() => process.exit(5), 50);
  },
  'process-exit-in-request': () => {
    const server = stayAlive();
    server.on('request', () => {
      record('a');
      process.exit(6);
    });
    server.on('listening', () =>
      require('node:http')
        .get({ port: server.address().port })
        .on('error', () => {}),
    );
  },
  'process-exit-in-exit-listener': () => {
    process.on('exit', () => process.exit(9));
    record('a');
  },
  'records-in-exit-listener': () => {
    process.on('exit', () => record('late', 10, 5));
    record('a', SPANS - 10, LOGS - 5);
  },
  'throws-in-exit-listener': () => {
    process.on('exit', () => {
      throw new Error('thrown while leaving');
    });
    record('a');
  },
  throw: () => {
    record('a');
    throw new TypeError('nobody catches this');
  },
  'throw-later': () => {
    record('a');
    setTimeout(() => {
      throw new RangeError('nobody catches this either');
    }, 20);
  },
  'throw-a-string': () => {
    record('a');
    throw 'a string';
  },
  reject: () => {
    record('a');
    stayAlive();
    Promise.reject(new Error('nobody awaits this'));
  },
  'rejection-handled': () => {
    process.on('unhandledRejection', ({ message }) => console.log('handled', message));
    record('a');
    tellWhenHeld();
    setTimeout(() => Promise.reject(new Error('somebody listens')), 20);
  },
  'uncaught-handled': () => {
    process.on('uncaughtException', (error) => {
      console.log('handled', error.message);
      process.exit(7);
    });
    record('a');
    setTimeout(() => {
      throw new Error('somebody listens');
    }, 20);
  },
  'uncaught-handled-by-a-throw': () => {
    process.on('uncaughtException', () => {
      throw new Error('thrown while handling');
    });
    record('a');
    setImmediate(() => {
      throw new Error('somebody listens');
    });
  },
  'capture-callback-throws': () => {
    process.setUncaughtExceptionCaptureCallback((error) => {
      throw error;
    });
    record('a');
    setImmediate(() => {
      throw new Error('somebody captures');
    });
  },
  'monitor-throws': () => {
    process.on('uncaughtExceptionMonitor', () => {
      throw new Error('thrown while watching');
    });
    record('a');
    setImmediate(() => {
      throw new Error('somebody watches');
    });
  },
  'domain-throws': () => {
    const domain = require('node:domain').create();
    domain.on('error', (error) => {
      throw error;
    });
    record('a');
    domain.run(() =>
      setImmediate(() => {
        throw new Error('a domain handles');
      }),
    );
  },
  execve: () => {
    process.removeAllListeners('warning'); // that it is experimental, with the process id
    record('a');
    process.execve(process.execPath, [process.execPath, '--eval', 'console.log("another program")']);
  },
  'execve-fails': () => {
    process.removeAllListeners('warning');
    record('before', SPANS - 10, LOGS - 5);
    try {
      process.execve(process.execPath, 'no list');
    } catch ({ code }) {
      console.log(code);
    }
    record('after', 10, 5);
  },
  signal: () => {
    record('a');
    stayAlive();
  },
  'signal-ignored': () => {
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => console.log('ignored', signal));
    record('a');
    const server = stayAlive();
    server.on('listening', () => setTimeout(() => server.close(), 400));
  },
  'signal-drained': () => {
    const server = stayAlive();
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) {
      process.on(signal, () => {
        record('drain', 100, 10);
        server.close(() => process.exit(0));
        server.closeAllConnections();
      });
    }
    record('a', SPANS - 100, LOGS - 10);
  },
  'signal-closes-server': () => {
    const server = stayAlive();
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'])
      process.on(signal, () => {
        tellWhenHeld();
        server.close();
      });
    record('a');
  },
  'signal-once-raised-again': () => {
    stayAlive();
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) {
      process.once(signal, () => {
        record('drain', 100, 10);
        setTimeout(() => process.kill(process.pid, signal), 30);
      });
    }
    record('a', SPANS - 100, LOGS - 10);
  },
  'signal-once-drained': () => {
    const server = stayAlive();
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) {
      process.prependOnceListener(signal, () => {
        record('drain', 100, 10);
        server.close();
        server.closeAllConnections();
      });
    }
    record('a', SPANS - 100, LOGS - 10);
  },
  'raised-by-a-lone-listener': () => {
    // As widely used libraries do: end only when nobody else listens.
    stayAlive();
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) {
      const listener = () => {
        if (process.listeners(signal).length > 1) return;
        process.removeListener(signal, listener);
        process.kill(process.pid, signal);
      };
      process.on(signal, listener);
    }
    record('a');
  },
  fork: () => {
    if (process.send && process.argv[3] === 'child') {
      record('child');
      process.disconnect();
      return;
    }
    const child = require('node:child_process').fork(__filename, ['fork', 'child']);
    child.on('exit', (code) => console.log('child', code));
    record('parent', 0, 0);
  },
  'fork-killed': () => {
    if (process.argv[3] === 'child') {
      record('child');
      process.send('ready');
      setInterval(() => {}, 1000);
      return;
    }
    const child = require('node:child_process').fork(__filename, ['fork-killed', 'child']);
    child.on('message', () => child.kill('SIGTERM'));
    child.on('exit', (code, signal) => console.log('child', code, signal));
  },
  cluster: () => {
    const cluster = require('node:cluster');
    if (cluster.isPrimary) {
      cluster.fork();
      cluster.on('exit', (_worker, code, signal) => console.log('worker', code, signal));
      cluster.on('online', (worker) => worker.process.on('message', (message) => message === 'ready' && worker.kill('SIGTERM')));
      return;
    }
    record('worker');
    process.send('ready');
    setInterval(() => {}, 1000);
  },
  'worker-thread-throws': () => {
    const { Worker } = require('node:worker_threads');
    const worker = new Worker('throw new Error("in a thread")', { eval: true });
    worker.on('error', (error) => console.log('thread', error.message));
    record('a');
  },
  'exit-listener': () => {
    process.on('exit', (code) => console.log('leaving', code));
    record('a');
    tellWhenHeld();
  },
  'worker-thread-exits': () => {
    const { Worker } = require('node:worker_threads');
    const worker = new Worker('process.exit(2)', { eval: true });
    worker.on('exit', (code) => console.log('thread', code));
    record('a');
  },
};

WAYS[way]();
