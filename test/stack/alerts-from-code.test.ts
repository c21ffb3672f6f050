/** What `sendAlert()` raises is taken by the real Alertmanager and ends there. Needs the build (`npm run build`). */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { PROGRAMS, runProgram } from '../e2e/kit/run-program.ts';
import { alertmanagerCommand, knownAlerts } from './kit/alertmanager.ts';
import { reservePorts } from './kit/reserve-ports.ts';
import { createServer } from './kit/server-process.ts';
import { skipWithout } from './kit/servers.ts';
import { startWatchdog } from './kit/watchdog.ts';

test(
  'the real Alertmanager has the alert with its facts, and knows that the other is over',
  { skip: skipWithout('alertmanager') },
  async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'signalbox-alertmanager-'));
    const watchdog = startWatchdog(folder);
    const { ports, release } = await reservePorts(1);
    const command = alertmanagerCommand(folder, ports[0] as number, {});
    const server = createServer(command, watchdog);
    t.after(async () => {
      await server.stop();
      release();
      watchdog.dismiss();
      rmSync(folder, { recursive: true, force: true });
    });
    await server.start();
    const url = new URL(command.readyUrl).origin;
    const ending = await runProgram({
      program: `${PROGRAMS}/alerts/send.cjs`,
      env: {
        OTEL_TRACES_EXPORTER: 'none',
        OTEL_METRICS_EXPORTER: 'none',
        OTEL_LOGS_EXPORTER: 'none',
        OTEL_SERVICE_NAME: 'shop',
        SIGNALBOX_ALERTMANAGER_URL: url,
      },
    });
    assert.doesNotMatch(ending.stderr, /alerts\.|Lost/);
    const known = await knownAlerts(url);
    // The critical one was resolved, and so is not among those that are active.
    assert.deepEqual(known.map(({ labels }) => [labels['alertname'], labels['severity'], labels['service']]).sort(), [
      ['Stock is negative', 'warning', 'shop'],
      ['Symbol(x)', 'warning', 'shop'],
      ['alert', 'warning', 'shop'],
    ]);
  },
);
