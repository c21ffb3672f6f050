/** `signalbox/alerts` in real processes: what arrives, in which form, at each way to end, and what is said when nothing can. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, describe, it } from 'node:test';
import { startCollector } from './kit/collector.ts';
import { createConsumerProject } from './kit/consumer-project.ts';
import { PRELOADS, PROGRAMS, runProgram, startProgram } from './kit/run-program.ts';

interface Got {
  readonly url: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}
interface Posted {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly startsAt: string;
  readonly endsAt?: string;
}

/** Answers with `statuses`, one after the other, then with 200. */
async function startReceiver(statuses: number[] = []): Promise<AsyncDisposable & { readonly url: string; readonly got: Got[] }> {
  const got: Got[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (piece: string) => (body += piece));
    request.on('end', () => {
      got.push({ url: request.url, headers: request.headers, body });
      response.writeHead(statuses.shift() ?? 200).end();
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    got,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** What the v2 API of Alertmanager asks of an alert. @see https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml */
function assertPostable({ annotations, endsAt, labels, startsAt }: Posted): void {
  assert.ok(labels['alertname']);
  for (const [name, value] of [...Object.entries(labels), ...Object.entries(annotations)]) {
    assert.match(name, /^[a-zA-Z_][a-zA-Z0-9_]*$/);
    assert.equal(typeof value, 'string');
  }
  for (const time of [startsAt, endsAt ?? startsAt]) assert.match(time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
}

const posted = ({ got }: { readonly got: readonly Got[] }): Posted[] => got.flatMap(({ body }) => JSON.parse(body) as Posted[]);

describe('an alert from code', { concurrency: 2 }, () => {
  for (const preload of PRELOADS)
    for (const program of ['send.cjs', 'send.mjs'])
      for (const [how, code, signal] of [
        ['natural', 0, null],
        ['exit', 3, null],
        ['throw', 1, null],
        ['SIGTERM', null, 'SIGTERM'],
      ] as const)
        it(`arrives once, with the service and the trace, and nothing of it is a span: --${preload}, ${program}, ${how}`, async () => {
          await using collector = await startCollector();
          await using alertmanager = await startReceiver();
          const ending = await runProgram({
            program: `${PROGRAMS}/alerts/${program}`,
            args: [how],
            preload,
            env: {
              ...collector.env,
              OTEL_SERVICE_NAME: 'shop',
              OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test',
              SIGNALBOX_ALERTMANAGER_URL: `${alertmanager.url}/am/`,
              SIGNALBOX_ALERTS_TOKEN: 'token-4711',
            },
          });
          assert.deepEqual([ending.code, ending.signal], [code, signal], ending.stderr);
          const { notSent, queued, traceId } = JSON.parse(ending.stdout) as Record<'notSent' | 'queued', unknown[]> & { traceId: string };
          assert.deepEqual(queued, [true, false, true, true, true, false, false, true]);
          assert.deepEqual(notSent, [null, 'duplicate', null, null, null, 'duplicate', 'duplicate', null]);
          assert.deepEqual(
            alertmanager.got.map(({ url, headers }) => [url, headers['content-type'], headers.authorization, headers['traceparent']]),
            alertmanager.got.map(() => ['/am/api/v2/alerts', 'application/json', 'Bearer token-4711', undefined]),
          );
          const alerts = posted(alertmanager);
          for (const alert of alerts) assertPostable(alert);
          assert.deepEqual(
            alerts.map(({ labels, endsAt }) => [labels['alertname'], labels['severity'], endsAt !== undefined]),
            [
              ['Stock is negative', 'critical', false],
              ['Stock is negative', 'warning', false],
              ['Stock is negative', 'critical', true],
              ['alert', 'warning', false],
              ['Symbol(x)', 'warning', false],
            ],
          );
          assert.deepEqual(alerts[0]?.labels, {
            alertname: 'Stock is negative',
            severity: 'critical',
            service: 'shop',
            service_name: 'shop',
            deployment_environment_name: 'test',
            component: 'application',
          });
          const { api_key: apiKey, description, ...annotations } = alerts[0]?.annotations ?? {};
          assert.deepEqual(annotations, {
            summary: 'Stock is negative',
            order_id: '7',
            items: '[{"sku":"lamp"}]',
            _1: 'a',
            trace_id: traceId,
          });
          assert.notEqual(apiKey, undefined);
          assert.match(description ?? '', /^The sum of all orders is wrong\./);
          assert.doesNotMatch(alertmanager.got.map(({ body }) => body).join(), /hunter2|k-4711/);
          assert.deepEqual(
            collector.store.spans().map(({ name }) => name),
            ['sale'],
          );
        });

  it('of a worker thread arrives too', async () => {
    await using collector = await startCollector();
    await using alertmanager = await startReceiver();
    const ending = await runProgram({
      program: `${PROGRAMS}/alerts/worker.cjs`,
      env: { ...collector.env, SIGNALBOX_ALERTMANAGER_URL: alertmanager.url, SIGNALBOX_ALERTS_TOKEN: 'token-4711' },
    });
    assert.deepEqual([ending.code, ending.stdout], [0, 'true\n'], ending.stderr);
    assert.deepEqual(
      posted(alertmanager).map(({ labels }) => labels['alertname']),
      ['In a thread'],
    );
    assert.equal(alertmanager.got[0]?.headers.authorization, 'Bearer token-4711');
  });

  it('is sent to a webhook, in a form that is plain', async () => {
    await using webhook = await startReceiver();
    await runProgram({
      program: `${PROGRAMS}/alerts/send.cjs`,
      env: { ...NOWHERE, OTEL_SERVICE_NAME: 'shop', SIGNALBOX_ALERT_WEBHOOK_URL: `${webhook.url}/hook?to=ops` },
    });
    const [first, , third] = webhook.got.map(({ body }) => JSON.parse(body) as Record<string, unknown>);
    assert.equal(webhook.got[0]?.url, '/hook?to=ops');
    assert.deepEqual(
      [first?.['status'], first?.['title'], first?.['severity'], first?.['service']],
      ['firing', 'Stock is negative', 'critical', 'shop'],
    );
    assert.equal((first?.['metadata'] as Record<string, string> | undefined)?.['order_id'], '7');
    assert.equal(third?.['status'], 'resolved');
  });

  it('is sent again after 503, and counted as lost after 404, which is said once', async () => {
    await using collector = await startCollector();
    await using alertmanager = await startReceiver([503, 404, 404, 404, 404]);
    const program = startProgram({
      program: `${PROGRAMS}/alerts/send.cjs`,
      args: ['stay'],
      env: { ...collector.env, SIGNALBOX_ALERTMANAGER_URL: alertmanager.url },
    });
    await program.output(/alerts\.refused/, 'stderr');
    program.child.send('end');
    const ending = await program.ended;
    const said = ending.said.map(({ code }) => code.split(' ')[0]);
    assert.equal(said.filter((code) => code === 'alerts.refused').length, 1, ending.stderr);
    assert.match(ending.stderr, /refused an alert \(it answered 404\)\. It is lost\. SIGNALBOX_ALERTMANAGER_URL must be/);
    assert.equal(posted(alertmanager)[0]?.labels['severity'], posted(alertmanager)[1]?.labels['severity'], 'the first came again');
  });

  it('that cannot be sent holds the end of the process for its one limit only, and is said to be lost', async () => {
    const refusing = await startReceiver();
    await refusing[Symbol.asyncDispose]();
    const ending = await runProgram({
      program: `${PROGRAMS}/alerts/send.cjs`,
      env: { ...NOWHERE, SIGNALBOX_ALERTMANAGER_URL: refusing.url, SIGNALBOX_SHUTDOWN_TIMEOUT: '500' },
      timeoutMs: 20_000,
    });
    assert.deepEqual([ending.timedOut, ending.code], [false, 0]);
    assert.match(ending.stderr, /Alerts cannot be sent to http:\/\/127\.0\.0\.1:\d+ \(connection refused\)/);
    assert.match(ending.stderr, /Lost at exit: 5 alerts/);
  });

  it('without an address is counted, and said once', async () => {
    const ending = await runProgram({ program: `${PROGRAMS}/alerts/send.cjs`, env: NOWHERE });
    assert.deepEqual(
      ending.said.map(({ code }) => code).filter((code) => code.startsWith('alerts.')),
      ['alerts.nowhere'],
      ending.stderr,
    );
  });

  it('does nothing without the preload', async () => {
    await using alertmanager = await startReceiver();
    const ending = await runProgram({
      program: `${PROGRAMS}/alerts/send.cjs`,
      preload: 'none',
      env: { SIGNALBOX_ALERTMANAGER_URL: alertmanager.url },
    });
    const { notSent, queued } = JSON.parse(ending.stdout) as Record<'notSent' | 'queued', unknown[]>;
    assert.deepEqual([ending.code, ending.stderr, alertmanager.got.length, notSent], [0, '', 0, []]);
    assert.ok(queued.every((each) => each === false));
  });
});

const NOWHERE = { OTEL_TRACES_EXPORTER: 'none', OTEL_METRICS_EXPORTER: 'none', OTEL_LOGS_EXPORTER: 'none' };

const project = createConsumerProject();
after(() => project[Symbol.dispose]());

describe('signalbox/alerts', () => {
  for (const resolution of [
    ['--module', 'nodenext'],
    ['--module', 'esnext', '--moduleResolution', 'bundler'],
  ])
    it(`compiles in a project of TypeScript with ${resolution.join(' ')}`, async () => {
      project.write(
        'alerts.ts',
        `import { alertHistory, resolveAlert, sendAlert, type AlertInput, type AlertSeverity } from 'signalbox/alerts';
const severity: AlertSeverity = 'critical';
const alert: AlertInput = { title: 'a', message: 'b', severity, metadata: { a: 1, b: { c: [2] } } };
const queued: boolean = sendAlert(alert) && resolveAlert(alert);
const last: number | undefined = alertHistory().at(-1)?.raisedAt;
// @ts-expect-error a title is needed
sendAlert({ message: 'a' });
void [queued, last];
`,
      );
      await project.compile(['alerts.ts'], ['--strict', '--noEmit', '--target', 'es2022', '--types', '', ...resolution]);
    });
});
