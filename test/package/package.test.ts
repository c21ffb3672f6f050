/**
 * The package as it is published: packed, installed into projects of its own, and used from there.
 *
 * Needs npm and its registry, or its cache. Run by `node --test "test/package/*.test.ts"`.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { startCollector, type Collector } from '../e2e/kit/collector.ts';
import { ROOT, runProgram, type Ending, type Preload } from '../e2e/kit/run-program.ts';

const run = promisify(execFile);
const PATH = `${dirname(process.execPath)}${delimiter}${process.env['PATH'] ?? ''}`;
const INSTALL = ['install', '--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts'];
const LONG_MS = 300_000;
const env = { ...process.env, PATH, npm_config_update_notifier: 'false' };

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'signalbox-package-')));
let tarball = '';

before(
  async () => {
    const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', folder], { cwd: ROOT, env, timeout: LONG_MS });
    const packed = JSON.parse(stdout.slice(stdout.search(/^[[{]/m))) as
      | readonly { filename: string }[]
      | Record<string, { filename: string }>;
    tarball = join(folder, (Object.values(packed)[0] as { filename: string }).filename);
  },
  { timeout: LONG_MS },
);
after(() => rmSync(folder, { recursive: true, force: true }));

async function createProject(name: string, packages: readonly string[], files: Readonly<Record<string, string>>): Promise<string> {
  const project = mkdtempSync(join(folder, `${name}-`));
  writeFileSync(join(project, 'package.json'), JSON.stringify({ name, version: '3.2.1' }));
  for (const [file, text] of Object.entries(files)) writeFileSync(join(project, file), text);
  await run('npm', [...INSTALL, tarball, ...packages], { cwd: project, env, timeout: LONG_MS });
  return project;
}

const APP = `
const server = http.createServer((request, response) => response.end('hello'));
server.listen(0, '127.0.0.1', () => {
  http.get({ port: server.address().port }, (response) => response.resume().on('end', () => {
    trace.getTracer('app').startSpan('own work').end();
    console.log('served');
    server.close();
  }));
});
`;
const FILES = {
  'app.cjs': `const http = require('node:http');\nconst { trace } = require('@opentelemetry/api');\n${APP}`,
  'app.mjs': `import http from 'node:http';\nimport { trace } from '@opentelemetry/api';\n${APP}`,
  'typed.mts':
    "import { startTelemetry, type StartOptions, type Telemetry } from 'signalbox';\nconst options: StartOptions = { serviceName: 'typed', sampler: 0.5 };\nexport const telemetry: Telemetry = startTelemetry(options);\n",
  'typed-metrics.mts':
    "import { counter, timed, watchCache, type Counter } from 'signalbox/metrics';\nexport const orders: Counter = counter('orders');\nexport const prices: Map<string, number> = watchCache(new Map<string, number>(), { name: 'prices' });\nexport const size: (text: string) => number = timed('size', (text: string) => text.length);\n",
};

const spanNames = ({ store }: Collector): string[] =>
  store
    .spans()
    .map(({ name }) => name)
    .sort();

function assertServed(ending: Ending): void {
  assert.deepEqual({ code: ending.code, stdout: ending.stdout, stderr: ending.ownStderr }, { code: 0, stdout: 'served\n', stderr: '' });
}

describe('the tarball', () => {
  it('holds what is built and documented, and nothing else', async () => {
    const { stdout } = await run('tar', ['-tzf', tarball]);
    const files = stdout.split('\n').filter((file) => file !== '');
    const outside = files.filter(
      (file) =>
        !/^package\/(dist\/.+\.(js|cjs|d\.ts|d\.cts|html)|docs\/.+|grafana\/(dashboards\/signalbox-\w+\.json|provisioning\/\w+\/\w+\.yaml)|(jaeger|loki|otel-collector)\/\w+\.(yaml|json)|prometheus\/(targets\/)?[\w-]+\.yml|docker-compose\.yml|\.env\.example|package\.json|README\.md|CHANGELOG\.md|LICENSE)$/.test(
          file,
        ),
    );
    assert.deepEqual(outside, []);
    for (const file of [
      'dist/register.js',
      'dist/preload.js',
      'dist/too-old.cjs',
      'dist/index-too-old.cjs',
      'dist/index.d.ts',
      'dist/cli/main.js',
      'dist/process/exit-flush-worker.js',
      'grafana/dashboards/signalbox-overview.json',
      'README.md',
      'LICENSE',
    ])
      assert.ok(files.includes(`package/${file}`), file);
  });

  it('is right for publint', async () => {
    const { stdout } = await run(join(ROOT, 'node_modules/.bin/publint'), ['run', tarball, '--strict'], { cwd: ROOT, env });
    assert.match(stdout, /All good/);
  });

  it('has types that resolve, for attw', async () => {
    await run(join(ROOT, 'node_modules/.bin/attw'), [tarball, '--profile', 'esm-only', '--no-color'], { cwd: ROOT, env });
  });
});

describe('the sources', () => {
  it('have no unused export and no unused dependency, for knip', { timeout: LONG_MS }, async () => {
    const { stdout } = await run(join(ROOT, 'node_modules/.bin/knip'), ['--no-progress'], { cwd: ROOT, env }).catch(
      (error: { stdout: string }) => error,
    );
    assert.equal(stdout.trim(), '');
  });
});

describe('in an empty project', { timeout: LONG_MS }, () => {
  let project = '';
  before(
    async () => {
      project = await createProject('empty', ['@opentelemetry/api@1.10.0'], FILES);
    },
    { timeout: LONG_MS },
  );

  for (const program of ['app.cjs', 'app.mjs']) {
    for (const preload of ['require', 'import', 'node-options'] as const satisfies readonly Preload[]) {
      it(`${program} by ${preload} gives its spans, under the project's own name`, async () => {
        await using collector = await startCollector();
        const ending = await runProgram({ program: `./${program}`, cwd: project, preload, env: collector.env });
        assertServed(ending);
        assert.deepEqual(
          ending.said.map(({ code }) => code),
          ['started'],
          ending.stderr,
        );
        assert.deepEqual(spanNames(collector), ['GET', 'GET', 'own work']);
        const { resource } = collector.store.spans()[0] ?? {};
        assert.deepEqual([resource?.['service.name'], resource?.['service.version']], ['empty', '3.2.1']);
      });
    }
  }

  it('a disabled process says nothing and runs', async () => {
    const ending = await runProgram({ program: './app.cjs', cwd: project, env: { OTEL_SDK_DISABLED: 'true' } });
    assertServed(ending);
    assert.deepEqual(ending.said, []);
  });

  it('the command signalbox tells the settings, and ends with 1 when one is wrong', async () => {
    const command = join(project, 'node_modules/.bin/signalbox');
    const { stdout } = await run(command, ['config'], {
      cwd: project,
      env: { PATH, OTEL_SERVICE_NAME: 'shop', OTEL_EXPORTER_OTLP_HEADERS: 'a=secret' },
    });
    assert.match(stdout, /OTEL_SERVICE_NAME +shop/);
    assert.doesNotMatch(stdout, /secret/);
    await assert.rejects(run(command, ['config'], { cwd: project, env: { PATH, OTEL_BSP_SCHEDULE_DELAY: 'soon' } }), { code: 1 });
    await assert.rejects(run(command, ['confg'], { cwd: project, env: { PATH } }), { code: 2 });
    assert.match((await run(command, ['--help'], { cwd: project, env: { PATH } })).stdout, /Usage: signalbox/);
    const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
    assert.equal((await run(command, ['--version'], { cwd: project, env: { PATH } })).stdout, `${version}\n`);
  });

  it('the command signalbox init writes the whole stack', async () => {
    const { stdout } = await run(join(project, 'node_modules/.bin/signalbox'), ['init', '--out', 'ops'], { cwd: project, env: { PATH } });
    assert.match(stdout, /^Written to ops: \d+ files\.\n/);
    for (const path of [
      'docker-compose.yml',
      '.env.example',
      'otel-collector/config.yaml',
      'jaeger/ui.json',
      'loki/config.yaml',
      'prometheus/targets/prometheus.yml',
      'prometheus/rules/service.yml',
      'alertmanager/alertmanager.yml',
      'grafana/provisioning/dashboards/dashboards.yaml',
      'grafana/dashboards/signalbox-overview.json',
    ])
      assert.ok(existsSync(join(project, 'ops', path)), path);
  });

  it('its types are found and fit', async () => {
    await run(
      join(ROOT, 'node_modules/.bin/tsc'),
      [
        '--noEmit',
        '--strict',
        '--module',
        'nodenext',
        '--target',
        'es2023',
        '--lib',
        'es2023',
        '--types',
        '',
        'typed.mts',
        'typed-metrics.mts',
      ],
      { cwd: project, env },
    );
  });

  it('each OpenTelemetry package is there once', () => {
    const copies = new Map<string, number>();
    for (const path of readdirSync(join(project, 'node_modules'), { recursive: true }) as string[]) {
      const name = /(?:^|node_modules[\\/])(@opentelemetry[\\/][^\\/]+)[\\/]package\.json$/.exec(path)?.[1];
      if (name !== undefined) copies.set(name, (copies.get(name) ?? 0) + 1);
    }
    assert.ok(copies.size > 50);
    assert.deepEqual(
      [...copies].filter(([, count]) => count > 1),
      [],
    );
  });
});

describe('beside newer OpenTelemetry packages of the project', { timeout: LONG_MS }, () => {
  let project = '';
  before(
    async () => {
      project = await createProject('newer', ['@opentelemetry/sdk-trace@latest', '@opentelemetry/instrumentation-pg@latest'], {
        'app.cjs': `require('@opentelemetry/sdk-trace');\nrequire('@opentelemetry/instrumentation-pg');\n${FILES['app.cjs']}`,
        'app.mjs': `import '@opentelemetry/sdk-trace';\nimport '@opentelemetry/instrumentation-pg';\n${FILES['app.mjs']}`,
      });
    },
    { timeout: LONG_MS },
  );

  for (const program of ['app.cjs', 'app.mjs']) {
    it(`${program} gives its spans, and no word is said of copies that do no harm`, async () => {
      assert.ok(existsSync(join(project, 'node_modules/@opentelemetry/sdk-trace')));
      await using collector = await startCollector();
      const ending = await runProgram({ program: `./${program}`, cwd: project, env: collector.env });
      assertServed(ending);
      assert.deepEqual(spanNames(collector), ['GET', 'GET', 'own work'], ending.stderr);
      assert.deepEqual(
        ending.said.map(({ code }) => code),
        ['started'],
        ending.stderr,
      );
    });
  }
});

describe('beside an older @opentelemetry/api', { timeout: LONG_MS }, () => {
  it('all that the application records through it arrives', async () => {
    const project = await createProject('older-api', ['@opentelemetry/api@1.9.0', '--legacy-peer-deps'], FILES);
    await using collector = await startCollector();
    const ending = await runProgram({ program: './app.cjs', cwd: project, env: collector.env });
    assertServed(ending);
    assert.deepEqual(
      ending.said.filter(({ level }) => level !== 'info'),
      [],
    );
    assert.deepEqual(spanNames(collector), ['GET', 'GET', 'own work']);
  });
});
