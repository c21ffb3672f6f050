/** What two real Alertmanagers send of one alert runs a handler once, and nothing when their token is wrong. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

import { PROGRAMS, startProgram } from '../e2e/kit/run-program.ts';
import { alertmanagerCommand, postAlerts } from './kit/alertmanager.ts';
import { eventually } from './kit/eventually.ts';
import { reservePorts } from './kit/reserve-ports.ts';
import { createServer } from './kit/server-process.ts';
import { skipWithout } from './kit/servers.ts';
import { startWatchdog } from './kit/watchdog.ts';

const TOKEN = 'open-sesame-4711';
const HOSTILE = '<b>&amp;</i> *_[a](http://x)`~ {{ template "x" }} %s 👩‍👩‍👧‍👦 '.repeat(250);
const MOST_MS = 30_000;
const NOWHERE = { OTEL_TRACES_EXPORTER: 'none', OTEL_METRICS_EXPORTER: 'none', OTEL_LOGS_EXPORTER: 'none' };

test(
  'an alert that two Alertmanagers send runs its handler once each time it begins, and never with a wrong token',
  { skip: skipWithout('alertmanager') },
  async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'signalbox-on-alert-'));
    const watchdog = startWatchdog(folder);
    const { ports, release } = await reservePorts(3);
    const program = startProgram({
      program: `${PROGRAMS}/alerts/handle.cjs`,
      env: { ...NOWHERE, SIGNALBOX_OPS_PORT: '0', SIGNALBOX_ON_ALERT_TOKEN: TOKEN },
      timeoutMs: 120_000,
    });
    const heard: string[] = [];
    program.child.on('message', (message) => {
      const { labels, name, status } = message as { name: string; status: string; labels: Record<string, string> };
      heard.push(`${name} ${status} ${labels['text'] === HOSTILE}`);
    });
    const [, ops = ''] = await program.output(/ops port is open: (http:\/\/127\.0\.0\.1:\d+)\/metrics/, 'stderr');
    const settings = {
      timeScale: 0.01,
      notifications: { critical: { repeat: '2s', interval: '1s' }, webhook: { url: `${ops}/alerts`, tokenFile: 'token' } },
    };
    const servers = [TOKEN, TOKEN, 'wrong'].map((token, i) => {
      const own = join(folder, String(i));
      const command = alertmanagerCommand(own, ports[i] ?? 0, settings);
      writeFileSync(join(command.cwd ?? own, 'token'), token);
      return { url: new URL(command.readyUrl).origin, server: createServer(command, watchdog) };
    });
    t.after(async () => {
      program.child.kill('SIGKILL');
      await Promise.all(servers.map(({ server }) => server.stop()));
      release();
      watchdog.dismiss();
      rmSync(folder, { recursive: true, force: true });
    });
    await Promise.all(servers.map(({ server }) => server.start()));
    const [one, other, stranger] = servers.map(({ url }) => url) as [string, string, string];

    /** `alertmanager_notifications_total` of webhooks, or those that failed. */
    const counted = async (url: string, name: string): Promise<number> => {
      const text = await (await fetch(`${url}/metrics`)).text();
      return [...text.matchAll(new RegExp(`^${name}\\{integration="webhook".*\\} (\\d+)$`, 'gm'))].reduce(
        (sum, [, value]) => sum + Number(value),
        0,
      );
    };
    const fire = (urls: readonly string[], more: object = {}): Promise<unknown> => {
      const labels = { alertname: 'Both', severity: 'critical', service: 'shop', text: HOSTILE };
      return Promise.all(urls.map((url) => postAlerts(url, [{ labels, startsAt, ...more }])));
    };

    let startsAt = new Date().toISOString();
    await fire([stranger]);
    await eventually(async () => (await counted(stranger, 'alertmanager_notifications_failed_total')) > 0, MOST_MS);
    assert.deepEqual(heard, []);

    await fire([one, other]);
    for (const url of [one, other]) await eventually(async () => (await counted(url, 'alertmanager_notifications_total')) >= 2, MOST_MS);
    assert.deepEqual(heard, ['both firing true']);

    await fire([one, other], { endsAt: new Date().toISOString() });
    await eventually(() => heard.length >= 2, MOST_MS);
    startsAt = new Date(Date.now() + 1000).toISOString();
    await eventually(() => Date.now() > Date.parse(startsAt), MOST_MS);
    await fire([one, other]);
    await eventually(() => heard.length >= 3, MOST_MS);
    for (const url of [one, other]) {
      const before = await counted(url, 'alertmanager_notifications_total');
      await eventually(async () => (await counted(url, 'alertmanager_notifications_total')) > before, MOST_MS);
    }
    assert.deepEqual(heard, ['both firing true', 'both resolved true', 'both firing true']);
    program.child.send('end');
    const { code, ownStderr } = await program.ended;
    assert.deepEqual([code, ownStderr], [0, '']);
  },
);
