import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const MAIN = join(ROOT, 'src/cli/main.ts');
/** What no setting changes. */
const AS_SHIPPED = [
  'docker-compose.yml',
  '.env.example',
  'otel-collector/config.yaml',
  'jaeger/config.yaml',
  'jaeger/ui.json',
  'loki/config.yaml',
  'prometheus/prometheus.yml',
  'prometheus/targets/alertmanager.yml',
  'grafana/provisioning/datasources/datasources.yaml',
  'grafana/provisioning/dashboards/dashboards.yaml',
];

interface Folder {
  readonly folder: string;
  run(...args: string[]): { code: number | null; out: string; error: string };
  read(path: string): string;
  write(path: string, text: string): void;
}

function inFolder(t: TestContext): Folder {
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-init-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return {
    folder,
    run(...args) {
      const { status, stderr, stdout } = spawnSync(process.execPath, [MAIN, 'init', ...args], { cwd: folder, encoding: 'utf8' });
      return { code: status, out: stdout, error: stderr };
    },
    read: (path) => readFileSync(join(folder, path), 'utf8'),
    write: (path, text) => writeFileSync(join(folder, path), text),
  };
}

const filesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true }).flatMap((entry) =>
    entry.isFile() ? [join(entry.parentPath, entry.name)] : [],
  );

describe('signalbox init', () => {
  it('writes the stack, and settings with objectives for the service of package.json', (t) => {
    const { folder, read, run, write } = inFolder(t);
    write('package.json', '{"name":"@acme/shop"}');
    const { code, error, out } = run();
    assert.deepEqual([code, error], [0, '']);
    assert.match(out, /^Written here: \d+ files\.\nsignalbox\.config\.json has objectives for the service "@acme\/shop"/);
    for (const file of AS_SHIPPED) assert.equal(read(file), readFileSync(join(ROOT, file), 'utf8'), file);
    assert.match(read('prometheus/rules/slo.yml'), /sloth_service: "?'?@acme\/shop/);
    assert.match(read('prometheus/rules/service.yml'), /alert: HighErrorRate/);
    assert.match(read('alertmanager/alertmanager.yml'), /^# Written by/);
    assert.equal(read('alertmanager/.gitignore'), 'secrets/\n');
    assert.equal(readdirSync(join(folder, 'grafana/dashboards')).length, 11);
  });

  it('finds every file that docker compose mounts', (t) => {
    const { folder, run } = inFolder(t);
    run();
    const mounted = [...readFileSync(join(ROOT, 'docker-compose.yml'), 'utf8').matchAll(/- (\.\/[^:]+):/g)].map(([, path = '']) => path);
    assert.ok(mounted.length > 5);
    for (const path of mounted) assert.ok(existsSync(join(folder, path)), path);
  });

  it('writes nothing a second time, but what the settings have changed', (t) => {
    const { run, read, write } = inFolder(t);
    run();
    assert.deepEqual(run(), { code: 0, out: 'Nothing had to be written.\n', error: '' });
    write('signalbox.config.json', '{"alerts":{"HighErrorRate":{"critical":0.2}},"notifications":{"telegram":{}}}');
    assert.match(run().out, /^Written here: \d+ files\.\n$/);
    assert.match(read('prometheus/rules/service.yml'), /> 0\.2\n/);
    assert.match(read('alertmanager/alertmanager.yml'), /telegram_configs/);
    assert.match(read('grafana/dashboards/signalbox-service.json'), /"value": 0\.2\b/);
    assert.throws(() => read('prometheus/rules/slo.yml'), /ENOENT/, 'there are no objectives any more');
  });

  it('keeps what somebody changed, names it, and writes it anew when it is told to', (t) => {
    const { read, run, write } = inFolder(t);
    run();
    write('docker-compose.yml', 'services: {}\n');
    write('alertmanager/alertmanager.yml', 'route: {}\n');
    write('prometheus/rules/own.yml', 'groups: []\n');
    assert.match(
      run().out,
      /^Nothing had to be written\.\nKept, for they were changed: docker-compose\.yml, alertmanager\/alertmanager\.yml\. signalbox init --force/,
    );
    assert.equal(read('docker-compose.yml'), 'services: {}\n');
    assert.equal(run('--force').out, 'Written here: 2 files.\n');
    assert.equal(read('docker-compose.yml'), readFileSync(join(ROOT, 'docker-compose.yml'), 'utf8'));
    assert.equal(read('prometheus/rules/own.yml'), 'groups: []\n');
  });

  it('writes to another folder, with the settings that are there, and nowhere else', (t) => {
    const { folder, run, write } = inFolder(t);
    mkdirSync(join(folder, 'ops'));
    write(
      'ops/signalbox.config.mjs',
      'export default { services: { shop: { objectives: [{ name: "up", type: "availability", objective: 99 }] } } };\n',
    );
    assert.match(run('--out', 'ops').out, /^Written to ops: \d+ files\.\n$/);
    assert.match(readFileSync(join(folder, 'ops/prometheus/rules/slo.yml'), 'utf8'), /shop-up/);
    assert.deepEqual(readdirSync(folder), ['ops']);
  });

  it('writes nothing with settings that are wrong', (t) => {
    const { folder, run, write } = inFolder(t);
    write('signalbox.config.json', '{"alerts":{"HighErrorRates":{}}}');
    const { code, error } = run();
    assert.equal(code, 1);
    assert.match(error, /^signalbox: alerts: there is no alert "HighErrorRates"[^]*\nsignalbox: Nothing was written\.\n$/);
    assert.deepEqual(filesIn(folder), [join(folder, 'signalbox.config.json')]);
  });

  it('says where nothing can be written', (t) => {
    const { folder, run, write } = inFolder(t);
    write('taken', '');
    const { code, error } = run('--out', 'taken');
    assert.equal(code, 1);
    assert.match(error, /^signalbox: The files cannot be written to taken: .+\.\n$/);
    assert.deepEqual(filesIn(folder), [join(folder, 'taken')]);
  });

  for (const args of [['x'], ['--into', 'x']])
    it(`takes ${args.join(' ')} for a wrong command`, (t) => {
      const { folder, run } = inFolder(t);
      const { code, error } = run(...args);
      assert.equal(code, 2);
      assert.match(error, /see signalbox init --help\.\n$/);
      assert.deepEqual(readdirSync(folder), []);
    });
});
