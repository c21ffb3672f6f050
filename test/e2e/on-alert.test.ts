/** `onAlert()` in real processes: what runs when Alertmanager's message comes, how often, what it leaves behind, and who is not let in. */
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { describe, it } from 'node:test';
import { startCollector, type Collector } from './kit/collector.ts';
import { PRELOADS, PROGRAMS, runProgram, startProgram, type Preload, type RunningProgram } from './kit/run-program.ts';

const TOKEN = 'open-sesame-4711';
const NOWHERE = { OTEL_TRACES_EXPORTER: 'none', OTEL_METRICS_EXPORTER: 'none', OTEL_LOGS_EXPORTER: 'none' };
const BEGIN = Date.UTC(2026, 0, 1);
const HOSTILE = '<b>*_`${x} {{ . }} 👩‍👩‍👧 \u2028\n'.repeat(400);

interface Heard {
  readonly name: string;
  readonly status: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly traceId: string;
  readonly spanId: string;
}

const alert = (alertname: string, labels: Readonly<Record<string, string>> = {}, more: object = {}): object => ({
  status: 'firing',
  labels: { alertname, ...labels },
  annotations: {},
  startsAt: new Date(BEGIN).toISOString(),
  endsAt: '0001-01-01T00:00:00Z',
  fingerprint: JSON.stringify([alertname, labels]),
  ...more,
});
const over = { status: 'resolved', endsAt: new Date(BEGIN + 1000).toISOString() };

interface Handling extends AsyncDisposable {
  readonly running: RunningProgram;
  readonly heard: readonly Heard[];
  /** Resolves when so many were heard. */
  untilHeard(many: number): Promise<void>;
  post(alerts: readonly object[], headers?: Readonly<Record<string, string>>): Promise<{ status: number; text: string }>;
}

async function start(program: string, preload: Preload, collector: Collector | undefined, env: object = {}): Promise<Handling> {
  const running = startProgram({
    program: `${PROGRAMS}/alerts/${program}`,
    preload,
    env: { ...(collector?.env ?? NOWHERE), SIGNALBOX_OPS_PORT: '0', SIGNALBOX_ON_ALERT_TOKEN: TOKEN, ...env },
    timeoutMs: 60_000,
  });
  const heard: Heard[] = [];
  const waiting = new Set<() => void>();
  running.child.on('message', (message) => {
    heard.push(message as Heard);
    for (const look of waiting) look();
  });
  const [, ops = ''] = await running.output(/ops port is open: (http:\/\/127\.0\.0\.1:\d+)\/metrics/, 'stderr');
  return {
    running,
    heard,
    untilHeard: (many) =>
      new Promise((resolve) => {
        const look = (): void => void (heard.length >= many && (waiting.delete(look), resolve()));
        waiting.add(look);
        look();
      }),
    async post(alerts, headers = { authorization: `Bearer ${TOKEN}` }) {
      const response = await fetch(`${ops}/alerts`, { method: 'POST', headers, body: JSON.stringify({ version: '4', alerts }) });
      return { status: response.status, text: await response.text() };
    },
    async [Symbol.asyncDispose]() {
      running.kill('SIGKILL');
      await running.ended;
    },
  };
}

for (const preload of PRELOADS)
  for (const program of ['handle.cjs', 'handle.mjs'])
    describe(`a handler of an alert: --${preload}, ${program}`, () => {
      it('runs once for a firing, in a trace of its own with a log record, and what it throws goes nowhere else', async () => {
        await using collector = await startCollector();
        await using handling = await start(program, preload, collector);
        const alerts = [
          alert('Simple', { service: 'shop', text: HOSTILE }),
          alert('Throws'),
          alert('Rejects'),
          alert('Hangs'),
          alert('Dry'),
        ];
        const all = [...alerts, alert('Gone'), alert('Unknown')];
        assert.deepEqual(await handling.post(all), { status: 200, text: '5 of 7 alerts have a handler here.\n' });
        assert.equal((await handling.post(all)).status, 200, 'the second Alertmanager');
        await handling.untilHeard(3);
        const { logs } = await collector.store.waitFor(
          ({ logs }) => logs().filter(({ eventName }) => eventName === 'signalbox.alert.handled').length === 6 && { logs },
        );
        handling.running.child.send('end');
        const ending = await handling.running.ended;
        assert.deepEqual([ending.code, ending.stdout, ending.ownStderr], [0, '', ''], ending.stderr);
        assert.deepEqual(handling.heard.map(({ name }) => name).sort(), ['TimeoutError', 'of shop', 'simple']);
        const [simple] = handling.heard.filter(({ name }) => name === 'simple');
        assert.equal(simple?.labels['text'], HOSTILE);

        const spans = collector.store.spans();
        assert.deepEqual(
          spans.map(({ attributes, name }) => [name, attributes['error.type'], attributes['signalbox.alert.dry_run']]).sort(),
          [
            ['handle Dry', undefined, true],
            ['handle Hangs', 'TimeoutError', undefined],
            ['handle Rejects', 'undefined', undefined],
            ['handle Simple', undefined, undefined],
            ['handle Simple', undefined, undefined],
            ['handle Throws', 'RangeError', undefined],
          ].sort(),
        );
        assert.equal(new Set(spans.map(({ traceId }) => traceId)).size, 6);
        assert.ok(spans.some(({ spanId, traceId }) => traceId === simple?.traceId && spanId === simple.spanId));
        const records = logs().filter(({ eventName }) => eventName === 'signalbox.alert.handled');
        assert.deepEqual(records.map(({ traceId }) => traceId).sort(), spans.map(({ traceId }) => traceId).sort());
        assert.deepEqual(
          records
            .filter(({ severityText }) => severityText === 'ERROR')
            .map(({ attributes }) => attributes['signalbox.alert.name'])
            .sort(),
          ['Hangs', 'Rejects', 'Throws'],
        );
      });
    });

describe('a handler of an alert', () => {
  it('runs again when the alert begins again after its end, and at the end where it asks for that', async () => {
    await using handling = await start('handle.cjs', 'require', undefined);
    const again = { startsAt: new Date(BEGIN + 2000).toISOString() };
    for (const more of [{}, over, over, {}, again, again])
      await handling.post([alert('Both', {}, more), alert('Simple', {}, more), alert('Ends', {}, more)]);
    await handling.untilHeard(6);
    handling.running.child.send('end');
    await handling.running.ended;
    assert.deepEqual(handling.heard.map(({ name, status }) => `${name} ${status}`).sort(), [
      'both firing',
      'both firing',
      'both resolved',
      'ends resolved',
      'simple firing',
      'simple firing',
    ]);
  });

  it('does not run for who has no token, or a wrong signature', async () => {
    await using handling = await start('handle.cjs', 'require', undefined);
    const body = JSON.stringify({ version: '4', alerts: [alert('Simple')] });
    const sign = (key: string): Readonly<Record<string, string>> => ({
      'x-signalbox-signature': `sha256=${createHmac('sha256', key).update(body).digest('hex')}`,
    });
    for (const headers of [{}, { authorization: 'Bearer wrong' }, sign('wrong')])
      assert.equal((await handling.post([alert('Simple')], headers)).status, 401);
    assert.deepEqual(handling.heard, []);
    assert.equal((await handling.post([alert('Simple')], sign(TOKEN))).status, 200);
    await handling.untilHeard(1);
  });

  it('is not called in a dry run', async () => {
    await using collector = await startCollector();
    await using handling = await start('handle.cjs', 'require', collector, { SIGNALBOX_ON_ALERT_DRY_RUN: 'true' });
    await handling.post([alert('Simple'), alert('Throws')]);
    await collector.store.waitFor(
      ({ logs }) => logs().filter(({ body }) => String(body).includes('would have run (SIGNALBOX_ON_ALERT_DRY_RUN)')).length === 2,
    );
    assert.deepEqual(handling.heard, []);
  });

  it('never runs without a token, or in a worker thread, and that is said once', async () => {
    const codes = async (program: string, env: object): Promise<string[]> => {
      const { said } = await runProgram({ program: `${PROGRAMS}/alerts/${program}`, env: { ...NOWHERE, ...env } });
      return said.map(({ code }) => code).filter((code) => code.startsWith('alerts.'));
    };
    assert.deepEqual(await codes('handle-thread.cjs', { SIGNALBOX_ON_ALERT_TOKEN: TOKEN }), ['alerts.thread']);
    const running = startProgram({ program: `${PROGRAMS}/alerts/handle.cjs`, env: NOWHERE });
    await running.output(/alerts\.no_token/, 'stderr');
    running.child.send('end');
    await running.ended;
  });

  it('is told of once when no port is open', async () => {
    const running = startProgram({ program: `${PROGRAMS}/alerts/handle.cjs`, env: { ...NOWHERE, SIGNALBOX_ON_ALERT_TOKEN: TOKEN } });
    await running.output(/onAlert\(\) was called, but the ops port is not open\. No alert is received\. Set SIGNALBOX_OPS=true/, 'stderr');
    running.child.send('end');
    await running.ended;
  });
});
