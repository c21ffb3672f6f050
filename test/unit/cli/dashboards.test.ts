import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';

import type { ShownDashboard } from '../operations/dashboards/shown-dashboard.ts';

const MAIN = fileURLToPath(new URL('../../../src/cli/main.ts', import.meta.url));
const SHIPPED = fileURLToPath(new URL('../../../grafana/dashboards/', import.meta.url));

function inFolder(t: TestContext): { folder: string; run: (...args: string[]) => { code: number | null; out: string; error: string } } {
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-dashboards-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return {
    folder,
    run(...args) {
      const { status, stderr, stdout } = spawnSync(process.execPath, [MAIN, 'dashboards', ...args], { cwd: folder, encoding: 'utf8' });
      return { code: status, out: stdout, error: stderr };
    },
  };
}

describe('signalbox dashboards write', () => {
  it('writes the shipped ones to grafana/dashboards', (t) => {
    const { folder, run } = inFolder(t);
    assert.deepEqual(run('write'), { code: 0, out: '11 files written to grafana/dashboards.\n', error: '' });
    const written = join(folder, 'grafana/dashboards');
    assert.deepEqual(readdirSync(written).sort(), readdirSync(SHIPPED).sort());
    for (const file of readdirSync(written))
      assert.equal(readFileSync(join(written, file), 'utf8'), readFileSync(join(SHIPPED, file), 'utf8'));
  });

  it('writes over what it wrote, and leaves other files alone', (t) => {
    const { folder, run } = inFolder(t);
    assert.equal(run('write', '--out', 'boards').code, 0);
    writeFileSync(join(folder, 'boards/signalbox-ai.json'), '{}');
    writeFileSync(join(folder, 'boards/own.json'), '{}');
    assert.equal(run('write', '--out', 'boards').code, 0);
    assert.match(readFileSync(join(folder, 'boards/signalbox-ai.json'), 'utf8'), /"uid": "signalbox-ai"/);
    assert.equal(readFileSync(join(folder, 'boards/own.json'), 'utf8'), '{}');
  });

  it('draws the thresholds and links the runbooks of the settings', (t) => {
    const { folder, run } = inFolder(t);
    const settings = {
      preset: 'agent',
      links: { runbooks: 'https://wiki.example/runbooks' },
      alerts: {
        HighErrorRate: { critical: 0.2, warning: 0.07 },
        TrafficDrop: { warning: 0.25 },
        RouteErrorRate: false,
        CpuHigh: { critical: 0.9 },
      },
    };
    writeFileSync(join(folder, 'signalbox.config.json'), JSON.stringify(settings));
    assert.match(run('write').out, /^11 files written to grafana\/dashboards, with the settings of signalbox\.config\.json\.\n$/);
    const boards = readdirSync(join(folder, 'grafana/dashboards')).map(
      (file) => JSON.parse(readFileSync(join(folder, 'grafana/dashboards', file), 'utf8')) as ShownDashboard,
    );
    const panels = boards.flatMap(({ panels: all }) => all);
    const service = boards.find(({ uid }) => uid === 'signalbox-service')?.panels ?? [];
    const stepsOf = (title: string): unknown => service.find((panel) => panel.title === title)?.fieldConfig?.defaults.thresholds?.steps;
    assert.deepEqual(stepsOf('Part that ends with 5xx'), [
      { color: 'green', value: null },
      { color: 'orange', value: 0.07 },
      { color: 'red', value: 0.2 },
    ]);
    assert.deepEqual(
      stepsOf('Duration'),
      [
        { color: 'green', value: null },
        { color: 'red', value: 2 },
      ],
      'of the preset',
    );
    assert.deepEqual(stepsOf('Part that ends with 5xx, by route'), [{ color: 'green', value: null }], 'switched off');
    const failing = service.find(({ title }) => title === 'Part that ends with 5xx');
    assert.match(
      failing?.description ?? '',
      /Alert HighErrorRate: above 20% \(critical\), above 7% \(warning\)\.\n\nAlert TrafficDrop: below 25%/,
    );
    const links = panels.flatMap((panel) => panel.links ?? []).filter(({ title }) => title.startsWith('Runbook: '));
    assert.ok(links.length > 30);
    for (const { title, url } of links) assert.equal(url, `https://wiki.example/runbooks/${title.slice('Runbook: '.length)}.md`);
    const columns = panels.flatMap(({ fieldConfig }) => fieldConfig?.overrides ?? []).flatMap(({ properties }) => properties);
    assert.ok(
      columns.some(({ id, value }) => id === 'thresholds' && JSON.stringify(value).includes('{"color":"orange","value":0.07}')),
      'a column of a table',
    );
  });

  it('writes nothing with settings that are wrong', (t) => {
    const { folder, run } = inFolder(t);
    for (const text of ['null', '{"alerts":{"HighErrorRate":{"critical":5}}}', '{']) {
      writeFileSync(join(folder, 'signalbox.config.json'), text);
      const { code, error } = run('write');
      assert.equal(code, 1);
      assert.match(
        error,
        /^signalbox: (The settings must be an object, got null|alerts\.HighErrorRate\.critical must be|signalbox\.config\.json cannot be read)[^]*Nothing was written\.\n$/,
      );
    }
    assert.deepEqual(readdirSync(folder), ['signalbox.config.json']);
  });

  it('says why nothing was written where it cannot', (t) => {
    const { folder, run } = inFolder(t);
    writeFileSync(join(folder, 'taken'), '');
    const { code, error, out } = run('write', '--out', 'taken');
    assert.deepEqual([code, out], [1, '']);
    assert.match(error, /^signalbox: Dashboards cannot be written to taken: .*EEXIST/);
  });

  for (const args of [[], ['read'], ['write', '--into', 'x'], ['write', 'x']])
    it(`takes ${args.length === 0 ? 'nothing else: none' : args.join(' ')} for a wrong command`, (t) => {
      const { folder, run } = inFolder(t);
      const { code, error } = run(...args);
      assert.equal(code, 2);
      assert.match(error, /see signalbox dashboards --help\.\n$/);
      assert.deepEqual(readdirSync(folder), []);
    });

  it('is told of by --help', (t) => {
    const { code, out } = inFolder(t).run('--help');
    assert.equal(code, 0);
    assert.match(out, /--out DIR/);
  });
});
