import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../../src/cli/main.ts', import.meta.url));

function inFolder(t: TestContext): { folder: string; run: (...args: string[]) => { code: number | null; out: string; error: string } } {
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-rules-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return {
    folder,
    run(...args) {
      const { status, stderr, stdout } = spawnSync(process.execPath, [MAIN, 'rules', ...args], { cwd: folder, encoding: 'utf8' });
      return { code: status, out: stdout, error: stderr };
    },
  };
}

describe('signalbox rules write', () => {
  it('writes the rules to prometheus/rules, without any setting', (t) => {
    const { folder, run } = inFolder(t);
    const { code, error, out } = run('write');
    assert.equal(code, 0, error);
    assert.match(out, /^\d+ files written to prometheus\/rules\.\n$/);
    assert.match(readFileSync(join(folder, 'prometheus/rules/service.yml'), 'utf8'), /alert: HighErrorRate/);
  });

  it('reads signalbox.config.json and objectives of Sloth, and removes what it wrote before and nothing else', (t) => {
    const { folder, run } = inFolder(t);
    writeFileSync(join(folder, 'signalbox.config.json'), JSON.stringify({ alerts: { HighErrorRate: { critical: 0.25 } } }));
    writeFileSync(
      join(folder, 'slo.yaml'),
      `version: prometheus/v1\nservice: pay\nslos:\n  - name: ok\n    objective: 99.9\n    sli: { events: { error_query: 'sum(rate(bad[{{.window}}]))', total_query: 'sum(rate(all[{{.window}}]))' } }\n`,
    );
    assert.equal(run('write', '--sloth', 'slo.yaml', '--out', 'rules').code, 0);
    assert.match(readFileSync(join(folder, 'rules/service.yml'), 'utf8'), /> 0\.25/);
    assert.match(readFileSync(join(folder, 'rules/slo.yml'), 'utf8'), /sloth_service: pay/);
    writeFileSync(join(folder, 'rules/own.yml'), 'groups: []\n');
    assert.equal(run('write', '--out', 'rules').code, 0);
    assert.ok(!existsSync(join(folder, 'rules/slo.yml')));
    assert.ok(existsSync(join(folder, 'rules/own.yml')));
  });

  it('writes nothing when a setting is wrong, and says which', (t) => {
    const { folder, run } = inFolder(t);
    writeFileSync(join(folder, 'mine.mjs'), 'export default { alerts: { Nothing: false } };');
    const { code, error } = run('write', '--config', 'mine.mjs');
    assert.equal(code, 1);
    assert.match(error, /there is no alert "Nothing"/);
    assert.deepEqual(readdirSync(folder), ['mine.mjs']);
    assert.match(run('write', '--config', 'gone.json').error, /gone\.json cannot be read/);
    writeFileSync(join(folder, 'bad.yml'), 'version: openslo/v1\n');
    assert.match(run('write', '--sloth', 'bad.yml').error, /bad\.yml: version must be "prometheus\/v1", got "openslo\/v1"/);
  });

  it('writes what Alertmanager needs where the settings say who is told, and leaves files of others alone', (t) => {
    const { folder, run } = inFolder(t);
    writeFileSync(join(folder, 'signalbox.config.json'), JSON.stringify({ notifications: { telegram: {} } }));
    const { code, error, out } = run('write');
    assert.equal(code, 0, error);
    assert.match(out, /\n5 files written to alertmanager\.\n$/);
    assert.match(readFileSync(join(folder, 'alertmanager/alertmanager.yml'), 'utf8'), /bot_token_file: secrets\/telegram_bot_token/);
    assert.match(readFileSync(join(folder, 'alertmanager/templates/telegram.tmpl'), 'utf8'), /define "signalbox\.telegram"/);
    assert.equal(run('write').code, 0);
    writeFileSync(join(folder, 'alertmanager/alertmanager.yml'), 'route: { receiver: mine }\n');
    const second = run('write', '--out', 'elsewhere');
    assert.equal(second.code, 1);
    assert.match(second.error, /alertmanager\/alertmanager\.yml is not one that it wrote.*Nothing was written/);
    assert.ok(!existsSync(join(folder, 'elsewhere')));
    assert.equal(run('write', '--alertmanager', 'am').code, 0);
    assert.ok(existsSync(join(folder, 'am/templates/slack.tmpl')));
  });

  it('refuses what it does not know', (t) => {
    const { run } = inFolder(t);
    assert.equal(run('write', '--put', 'x').code, 2);
    assert.equal(run('read').code, 2);
    assert.match(run('--help').out, /rules write/);
  });
});
