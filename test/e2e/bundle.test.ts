/** What `scripts/bundle.mjs` has made of the modules: few files for a start, one instance of each, and each where it was. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { makeApplication } from './kit/application.ts';
import { ROOT, runProgram } from './kit/run-program.ts';

const DIST = join(ROOT, 'dist');
const load = async <T>(file: string): Promise<T> => (await import(pathToFileURL(join(DIST, file)).href)) as T;

describe('the bundle', () => {
  it('leaves each module of the sources at its path', () => {
    const sources = (readdirSync(join(ROOT, 'src'), { recursive: true }) as string[])
      .filter((file) => file.endsWith('.ts'))
      // Only what they become is in the package: `grafana/dashboards`.
      .filter((file) => !file.startsWith('operations/dashboards/'));
    const missing = sources
      .map((file) => file.replace(/\.ts$/, '.js'))
      // In `register.js`.
      .filter((file) => file !== 'worker-stand-in.js' && !existsSync(join(DIST, file)));
    assert.deepEqual(missing, []);
  });

  it('has one instance of each: what is configured by one path holds for all', async () => {
    const { configureRedaction } =
      await load<typeof import('../../src/redaction/configure-redaction.ts')>('redaction/configure-redaction.js');
    const { redactAttribute } = await load<typeof import('../../src/redaction/redactor.ts')>('redaction/redactor.js');
    assert.equal(redactAttribute('zebra', 'striped'), 'striped');
    configureRedaction({ keep: [], also: ['zebra'] });
    assert.equal(redactAttribute('zebra', 'striped'), 'REDACTED');
    configureRedaction({ keep: [], also: [] });
  });

  it('has no import in what each thread loads', () => {
    assert.doesNotMatch(readFileSync(join(DIST, 'register.js'), 'utf8'), /^import\b/m);
  });

  it('is a handful of files for a start, and not one of a package', async () => {
    using application = makeApplication({
      'app.cjs': `
        const loaded = process.env.LOADED.split('\\n').filter(Boolean);
        console.log(JSON.stringify(loaded));`,
      'spy.cjs': `
        process.env.LOADED = '';
        require('node:module').registerHooks({ load(url, context, next) {
          if (url.startsWith('file:') && !url.endsWith('app.cjs')) process.env.LOADED += url + '\\n';
          return next(url, context);
        } });`,
    });
    const ending = await runProgram({
      program: application.path('app.cjs'),
      nodeFlags: ['--require', application.path('spy.cjs')],
      env: { OTEL_TRACES_EXPORTER: 'otlp' },
    });
    const loaded = JSON.parse(ending.stdout) as string[];
    assert.ok(loaded.length > 0 && loaded.length <= 10, loaded.join('\n'));
    assert.deepEqual(
      loaded.filter((url) => !url.includes('/dist/')),
      [],
    );
  });
});
