/** What `signalbox init` writes for somebody's own services is accepted by the servers, whatever the services are called. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

import { ROOT } from '../e2e/kit/run-program.ts';
import { promtool } from './kit/promtool.ts';
import { binaryOf, skipWithout } from './kit/servers.ts';

const ODD = ['магазин', 'a"b\\c', "it's", '{{ $labels.job }}', '<b>&amp;', 'new\nline', '🚂', '#x: y', '${HOME}', '$$'];
const SERVICES = Array.from({ length: 60 }, (_, i) => ODD[i] ?? `service ${i} ${ODD[i % ODD.length]}`);
const SERVICE = {
  alerts: { HighErrorRate: { critical: 0.5 } },
  routes: { '/a/:id("\\d+")': { RouteErrorRate: { critical: 0.1 } } },
  objectives: [{ name: 'availability', type: 'availability', objective: 99.9 }],
};
const NOTIFICATIONS = { telegram: {}, slack: {}, webhook: { url: 'http://shop:9464/alerts', tokenFile: 'secrets/token' } };

const runs: readonly (readonly [what: string, settings: object | undefined])[] = [
  ['without settings', undefined],
  [
    'for sixty services with odd names',
    { notifications: NOTIFICATIONS, services: Object.fromEntries(SERVICES.map((name) => [name, SERVICE])) },
  ],
];

for (const [what, settings] of runs)
  test(
    `the servers accept what init writes ${what}`,
    { skip: skipWithout('prometheus', 'alertmanager', 'collector', 'jaeger', 'loki') },
    (t) => {
      const folder = mkdtempSync(join(tmpdir(), 'signalbox-init-'));
      t.after(() => rmSync(folder, { recursive: true, force: true }));
      if (settings !== undefined) writeFileSync(join(folder, 'signalbox.config.json'), JSON.stringify(settings));
      const run = (file: string, ...args: readonly string[]): void => {
        const { status, stderr, stdout } = spawnSync(file, args, {
          cwd: folder,
          encoding: 'utf8',
          env: { PATH: process.env['PATH'], OTELCOL_STORAGE: folder, JAEGER_UI_CONFIG: join(folder, 'jaeger/ui.json') },
        });
        assert.equal(status, 0, `${file} ${args.join(' ')}\n${stdout}${stderr}`.slice(0, 4000));
      };
      run(process.execPath, join(ROOT, 'dist/cli/main.js'), 'init');
      const rules = readdirSync(join(folder, 'prometheus/rules')).map((file) => join(folder, 'prometheus/rules', file));
      const linted = promtool('check', 'rules', '--lint=all', '--lint-fatal', ...rules);
      assert.equal(linted.code, 0, linted.output.slice(0, 4000));
      run(binaryOf('prometheus', 'promtool'), 'check', 'config', 'prometheus/prometheus.yml');
      run(binaryOf('alertmanager', 'amtool'), 'check-config', 'alertmanager/alertmanager.yml');
      run(binaryOf('collector', 'otelcol'), 'validate', '--config', 'otel-collector/config.yaml');
      run(binaryOf('jaeger', 'jaeger'), 'validate', '--config', 'jaeger/config.yaml');
      run(binaryOf('loki', 'loki'), '-config.file=loki/config.yaml', '-config.expand-env=true', '-verify-config');
    },
  );
