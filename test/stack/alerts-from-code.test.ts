/** What a program sends by `signalbox/alerts` is what the real Alertmanager knows, and tells to people. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

import { PROGRAMS, startProgram } from '../e2e/kit/run-program.ts';
import { alertmanagerCommand, knownAlerts } from './kit/alertmanager.ts';
import { eventually } from './kit/eventually.ts';
import { reservePorts } from './kit/reserve-ports.ts';
import { createServer } from './kit/server-process.ts';
import { skipWithout } from './kit/servers.ts';
import { startTelegram } from './kit/telegram.ts';
import { startWatchdog } from './kit/watchdog.ts';

const HOSTILE = '<b>&amp;</i> *_[a](http://x)`~ {{ template "x" }} %s 👩‍👩‍👧‍👦 \ud800 \u0000 '.repeat(200);
const MOST_MS = 30_000;

test(
  'alerts from code are known to Alertmanager, told once, and over when it is said',
  { skip: skipWithout('alertmanager') },
  async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'signalbox-alertmanager-'));
    const watchdog = startWatchdog(folder);
    const telegram = await startTelegram();
    const { ports, release } = await reservePorts(1);
    const settings = { timeScale: 0.01, notifications: { critical: { repeat: '1h' }, telegram: { apiUrl: telegram.url } } };
    const command = alertmanagerCommand(folder, ports[0] ?? 0, settings, telegram);
    const server = createServer(command, watchdog);
    t.after(async () => {
      await server.stop();
      await telegram.close();
      release();
      watchdog.dismiss();
      rmSync(folder, { recursive: true, force: true });
    });
    await server.start();
    const url = new URL(command.readyUrl).origin;
    const { child, ended } = startProgram({
      program: `${PROGRAMS}/alerts/asks.cjs`,
      env: { SIGNALBOX_ALERTMANAGER_URL: url, OTEL_SERVICE_NAME: 'shop', OTEL_METRICS_EXPORTER: 'none' },
    });
    const call = async (name: 'sendAlert' | 'resolveAlert', alert: object): Promise<void> => {
      const answered = once(child, 'message');
      child.send({ name, alert });
      await answered;
    };
    t.after(() => child.kill('SIGKILL'));
    await once(child, 'message');
    const alert = { title: 'Provider down', severity: 'critical', message: HOSTILE, metadata: { x: HOSTILE, 'a.b': 1 } };
    await call('sendAlert', alert);
    await call('sendAlert', alert);
    const [known, ...others] = await eventually(async () => {
      const all = await knownAlerts(url);
      return all.length > 0 && all;
    }, MOST_MS);
    assert.deepEqual(others, []);
    const { alertname, component, service, severity } = known?.labels ?? {};
    assert.deepEqual([alertname, component, service, severity], ['Provider down', 'application', 'shop', 'critical']);
    assert.equal(known?.annotations?.['a_b'], '1');
    const told = await eventually(() => telegram.messages.length > 0 && telegram.messages, MOST_MS);
    assert.equal(told.length, 1);
    assert.match(JSON.stringify(told[0]), /Provider down/);
    await call('resolveAlert', alert);
    await eventually(async () => (await knownAlerts(url)).length === 0, MOST_MS);
    await eventually(() => telegram.messages.length === 2, MOST_MS);
    assert.deepEqual(telegram.refusals, []);
    child.send({ name: 'end' });
    const { said } = await ended;
    assert.deepEqual(
      said.filter(({ code }) => code.startsWith('alerts')),
      [],
    );
  },
);
