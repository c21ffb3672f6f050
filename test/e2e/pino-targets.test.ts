/** pino looks for the target of a transport from the file that asks for it; signalbox stands between, and is not asked. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { makeApplication } from './kit/application.ts';
import { runProgram } from './kit/run-program.ts';

const QUIET = { OTEL_TRACES_EXPORTER: 'none', OTEL_METRICS_EXPORTER: 'none', OTEL_LOGS_EXPORTER: 'none' };
const transport = `module.exports = () => {
  const { Writable } = require('node:stream');
  return new Writable({ write(chunk, _encoding, done) { require('node:fs').writeSync(1, 'own: ' + chunk); done(); } });
};`;
const body = `
pino(pino.transport({ target: 'own-target' })).info('one');
pino({ transport: { target: 'own-target' } }).info('two');
try { pino.transport({ target: 'is-nowhere' }); } catch (error) { console.log(error.message); }
try { pino.transport(); } catch (error) { console.log(error.name); }
`;

describe('targets of pino', { concurrency: 2 }, () => {
  for (const kind of ['cjs', 'mjs'] as const)
    it(`[${kind}] are found from the application's own folder`, async () => {
      using application = makeApplication(
        {
          [`inner/app.${kind}`]: `${kind === 'cjs' ? "const pino = require('pino');" : "import pino from 'pino';"}${body}`,
          'inner/node_modules/own-target/package.json': { name: 'own-target', version: '1.0.0', main: 'index.js' },
          'inner/node_modules/own-target/index.js': transport,
        },
        ['pino'],
      );
      const run = async (preload: 'none' | 'require' | 'import') => {
        const { code, stdout } = await runProgram({ program: application.path(`inner/app.${kind}`), preload, env: QUIET });
        return {
          code,
          lines: stdout
            .trim()
            .split('\n')
            .map((line) => line.replace(/"time":\d+,"pid":\d+/, ''))
            .sort(),
        };
      };
      const bare = await run('none');
      assert.deepEqual(bare.lines.filter((line) => line.startsWith('own: ')).length, 2, bare.lines.join('\n'));
      assert.deepEqual(await run(kind === 'cjs' ? 'require' : 'import'), bare);
    });
});
