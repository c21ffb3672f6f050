/**
 * What Alertmanager makes of the generated files: `amtool` accepts them and routes by them, and the real server tells each alert to
 * a strict server of Telegram once, whatever stands in its labels.
 */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { test, type TestContext } from 'node:test';

import { SEVERITIES } from '../../src/operations/alerts/alert-row.ts';
import { buildAlertmanagerFiles } from '../../src/operations/notifications/build-alertmanager.ts';
import type { OperationsSettings } from '../../src/operations/settings.ts';
import { alertmanagerCommand, knownAlerts, postAlerts, type SentAlert } from './kit/alertmanager.ts';
import { eventually } from './kit/eventually.ts';
import { reservePorts } from './kit/reserve-ports.ts';
import { createServer } from './kit/server-process.ts';
import { binaryOf, skipWithout } from './kit/servers.ts';
import { shipped } from './kit/start-stack.ts';
import { startTelegram, type Telegram } from './kit/telegram.ts';
import { parseTelegramHtml } from './kit/telegram-html.ts';
import { startWatchdog } from './kit/watchdog.ts';

const options = { skip: skipWithout('alertmanager') };

function amtool(...args: readonly string[]): { readonly code: number | null; readonly output: string } {
  const { status, stderr, stdout } = spawnSync(binaryOf('alertmanager', 'amtool'), args, { encoding: 'utf8' });
  return { code: status, output: stdout + stderr };
}

function writeFiles(t: TestContext, settings: OperationsSettings): string {
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-alertmanager-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, text] of buildAlertmanagerFiles(settings)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return join(folder, 'alertmanager.yml');
}

const EVERY_WAY: OperationsSettings = {
  notifications: {
    telegram: { topics: { critical: 5 }, apiUrl: 'http://127.0.0.1:8081' },
    webhook: { urlFile: 'secrets/url', tokenFile: 'secrets/token' },
    slack: { channel: '#alerts' },
    email: { to: 'a@b.example', from: 'c@d.example', smarthost: 'mail.example:587', username: 'u' },
    watchdog: { url: 'https://hc.example/1' },
  },
};

test('amtool accepts the shipped files, those without settings, and those with every way', options, (t) => {
  for (const file of [shipped('alertmanager/alertmanager.yml'), writeFiles(t, {}), writeFiles(t, EVERY_WAY)]) {
    const { code, output } = amtool('check-config', file);
    assert.equal(code, 0, output);
    assert.match(output, /- 4 receivers/);
  }
});

const ODD_NAMES =
  ['shop', 'магазин', '注文サービス', 'a"b\\c', "it's", 'a.b*c+d?(e)[f]{g}|h^i$', '{{ $labels.job }}', '<b>&amp;', 'new\nline', '🚂', '- item', '#x: y', '%s', 'ns/name', 'a=b', 'a,b'] // prettier-ignore
    .concat(Array.from({ length: 44 }, (_, i) => `service ${i}`));

test('amtool routes every severity of sixty services with odd names to its receiver', options, (t) => {
  const file = writeFiles(t, { services: Object.fromEntries(ODD_NAMES.map((name) => [name, {}])) });
  const route = (receiver: string, labels: Readonly<Record<string, string>>): void => {
    const pairs = Object.entries(labels).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
    const { code, output } = amtool('config', 'routes', 'test', `--config.file=${file}`, `--verify.receivers=${receiver}`, ...pairs);
    assert.equal(code, 0, `${pairs.join(' ')}: ${output}`);
  };
  for (const [i, service] of ODD_NAMES.entries()) {
    // All for those that are hard to write; the plain ones take turns.
    const severities = i < 16 ? SEVERITIES : [SEVERITIES[i % 3] ?? 'info'];
    for (const severity of severities) route(severity, { alertname: 'HighErrorRate', severity, service });
  }
  route('watchdog', { alertname: 'Watchdog', severity: 'info' });
  route('warning', { alertname: 'Mine' });
  route('warning', { alertname: 'Mine', severity: 'page' });
});

test('the server of Telegram refuses what the real one refuses', async () => {
  assert.deepEqual(parseTelegramHtml('<b>a &lt; b</b> <a href="http://x/?a=1&amp;b=2">X</a> &nbsp; &#39;'), {
    text: "a < b X &nbsp; '",
    links: { X: 'http://x/?a=1&b=2' },
  });
  assert.throws(() => parseTelegramHtml('ab <script>'), /Unsupported start tag "script" at byte offset 3/);
  assert.throws(() => parseTelegramHtml('1 < 2'), /Unsupported start tag at byte offset 2/);
  assert.throws(() => parseTelegramHtml('<b>1'), /Can't find end tag corresponding to start tag "b"/);
  assert.throws(() => parseTelegramHtml('<b>1</i>'), /Unmatched end tag at byte offset 4, expected "<\/b>", found "<\/i>"/);
  const telegram = await startTelegram();
  const send = async (token: string, message: object): Promise<unknown> =>
    (
      await fetch(`${telegram.url}/bot${token}/sendMessage`, {
        method: 'POST',
        body: JSON.stringify({ chat_id: telegram.chatId, parse_mode: 'HTML', ...message }),
      })
    ).json();
  try {
    assert.deepEqual(await send('1:x', { text: 'a' }), { ok: false, error_code: 401, description: 'Unauthorized' });
    await send(telegram.token, { text: '🚂'.repeat(2049) });
    await send(telegram.token, { text: '<b> </b>' });
    await send(telegram.token, { text: 'a', chat_id: '1' });
    assert.deepEqual(telegram.refusals.slice(1), [
      'Bad Request: message is too long',
      'Bad Request: message text is empty',
      'Bad Request: chat not found',
    ]);
    await send(telegram.token, { text: '🚂'.repeat(2048) });
    assert.equal(telegram.messages.length, 1);
  } finally {
    await telegram.close();
  }
});

interface Running {
  readonly url: string;
  readonly telegram: Telegram;
  log(): string;
}

/** Alertmanager with its shortest times, and Telegram. */
async function run(t: TestContext, settings: OperationsSettings = {}): Promise<Running> {
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-alertmanager-'));
  const watchdog = startWatchdog(folder);
  const telegram = await startTelegram();
  const { ports, release } = await reservePorts(1);
  const command = alertmanagerCommand(
    folder,
    ports[0] ?? 0,
    {
      timeScale: 0.01,
      ...settings,
      notifications: {
        critical: { repeat: '1h' },
        warning: { repeat: '1h' },
        info: { repeat: '1h' },
        ...settings.notifications,
        telegram: { apiUrl: telegram.url, ...settings.notifications?.telegram },
      },
    },
    telegram,
  );
  const server = createServer(command, watchdog);
  t.after(async () => {
    await server.stop();
    await telegram.close();
    release();
    watchdog.dismiss();
    rmSync(folder, { recursive: true, force: true });
  });
  await server.start();
  return { url: new URL(command.readyUrl).origin, telegram, log: server.log };
}

const HOUR_MS = 3_600_000;

function alert(labels: Readonly<Record<string, string>>, annotations: Readonly<Record<string, string>> = {}): SentAlert {
  const summary = `${labels['service'] ?? ''}: ${labels['alertname'] ?? ''}`;
  return {
    labels,
    annotations: { summary, description: 'It is so.', runbook_url: 'https://wiki.example/x.md?a=1&b="2"', ...annotations },
    startsAt: new Date(Date.now() - 90_000).toISOString(),
    endsAt: new Date(Date.now() + HOUR_MS).toISOString(),
  };
}

const ended = (sent: SentAlert): SentAlert => ({ ...sent, endsAt: new Date(Date.now() - 1000).toISOString() });

const HOSTILE: Readonly<Record<string, string>> = {
  html: '<b>&amp;</i><script>alert("1")</script> 1 < 2 > 0 </a>',
  markdown: '*_[a](http://x)`~\\|{}#+-.!> ```',
  template: '{{ .Labels }} {{ template "x" }} %s %d %!',
  'ten thousand characters': '<&">'.repeat(2500),
  emoji: '👩‍👩‍👧‍👦🚂'.repeat(1500),
  'ten thousand quotes': '"\''.repeat(5000),
  'line breaks and marks': 'a\nb\r\n\t\u0000\u202eevil\u2028x',
  Cyrillic: 'услуга недоступна '.repeat(600),
  blank: ' \n ',
};

test('no label and no annotation loses a message, which arrives once and says who', options, async (t) => {
  const { log, telegram, url } = await run(t);
  const alerts = Object.entries(HOSTILE).map(([name, text], i) =>
    alert(
      { alertname: `Alert${i} ${text}`, severity: 'critical', service: `service${i} ${text}`, route: text },
      { summary: `${name}: ${text}`, description: text, dashboard_url: `http://grafana/d/x?var-service=${text}`, logs_url: text, trace_url: 'javascript:alert(1)' }, // prettier-ignore
    ),
  );
  await postAlerts(url, alerts);
  await eventually(() => telegram.messages.length >= alerts.length);
  assert.deepEqual(telegram.refusals, [], log());
  for (const [i, name] of Object.keys(HOSTILE).entries()) {
    const found = telegram.messages.filter(
      ({ text }) => text.startsWith(`🔴 critical Alert${i} `) && text.includes(` · service${i}`) && text.includes(`${name}:`),
    );
    assert.equal(found.length, 1, `${name}: ${JSON.stringify(telegram.messages.map(({ text }) => text.slice(0, 100)))}`);
    for (const link of Object.values(found[0]?.links ?? {})) assert.match(link, /^https?:\/\//);
  }
  const html = telegram.messages.find(({ text }) => text.includes('html: ')) ?? assert.fail();
  assert.ok(html.text.includes(HOSTILE['html'] ?? ''), 'what looks like a tag is shown as it is');
  const marks = telegram.messages.find(({ text }) => text.includes('line breaks and marks')) ?? assert.fail();
  assert.match(marks.text, /line breaks and marks: a b evil x\n/);
  await postAlerts(url, alerts.map(ended));
  await eventually(() => telegram.messages.length >= 2 * alerts.length);
  assert.equal(telegram.messages.length, 2 * alerts.length);
  assert.equal(telegram.messages.filter(({ text }) => text.startsWith('✅ resolved Alert')).length, alerts.length);
  assert.deepEqual(telegram.refusals, []);
});

for (const [name, text] of Object.entries({ plain: '', hostile: `<b>&${'🚂'.repeat(100)}"` })) {
  test(`two hundred alerts at once are one message that Telegram takes: ${name}`, options, async (t) => {
    const { telegram, url } = await run(t);
    // One that began long ago is not waited for.
    const startsAt = new Date().toISOString();
    const alerts = Array.from({ length: 200 }, (_, i) => ({
      ...alert(
        { alertname: 'RouteErrorRate', severity: 'warning', service: 'shop', http_route: `/${i}${text}` },
        { summary: `/${i} fails ${text}` },
      ),
      startsAt,
    }));
    await postAlerts(url, alerts);
    const message = await eventually(() => telegram.messages[0]);
    assert.match(message.text, /200 fire in all; the first \d+ of them are above\./);
    assert.match(message.text, /^🟡 warning RouteErrorRate · shop\n\n\/0 fails/);
    await postAlerts(url, alerts.map(ended));
    await eventually(() => telegram.messages.some(({ text: said }) => said.startsWith('✅ resolved') && said.includes('200 have ended.')));
    assert.deepEqual(telegram.refusals, []);
  });
}

test('a message reads well, and an end says how long it was', options, async (t) => {
  const { telegram, url } = await run(t, { notifications: { telegram: { topics: { critical: 5 } } } });
  const sent = alert(
    { alertname: 'HighErrorRate', severity: 'critical', service: 'shop', deployment_environment_name: 'production' },
    { summary: '5% of the requests of shop fail', dashboard_url: 'https://grafana.example/d/x?var-service=shop&from=now' },
  );
  await postAlerts(url, [sent]);
  const begun = await eventually(() => telegram.messages[0]);
  const since = sent.startsAt?.replace(/T(\d\d:\d\d).*/, ' $1 UTC');
  assert.equal(
    begun.text,
    `🔴 critical HighErrorRate · shop · production\n\n5% of the requests of shop fail\nIt is so.\nsince ${since}\nDashboard`,
    'a link that would break the message is left out',
  );
  assert.deepEqual(begun.links, { Dashboard: 'https://grafana.example/d/x?var-service=shop&from=now' });
  await postAlerts(url, [ended(sent)]);
  const end = await eventually(() => telegram.messages[1]);
  assert.match(end.text, /^✅ resolved HighErrorRate · shop · production\n\n✅ 5% of the requests of shop fail, ended after 1m \d+s$/);
});

test('topics and silence are by severity', options, async (t) => {
  const { telegram, url } = await run(t, {
    notifications: { critical: { wait: '0s' }, info: { wait: '0s' } },
  });
  await postAlerts(url, [
    alert({ alertname: 'A', severity: 'critical', service: 'a' }),
    alert({ alertname: 'B', severity: 'info', service: 'b' }),
  ]);
  await eventually(() => telegram.messages.length >= 2);
  assert.deepEqual(telegram.messages.map(({ isSilent, text }) => [text.slice(0, 4), isSilent]).sort(), [['🔴 c', false], ['🔵 i', true]].sort()); // prettier-ignore
});

test('while Telegram asks to wait, the message waits, and comes once', options, async (t) => {
  const { telegram, url } = await run(t, { notifications: { critical: { interval: '30s' } } });
  telegram.refuseNext(2);
  await postAlerts(url, [alert({ alertname: 'A', severity: 'critical', service: 'shop' })]);
  await eventually(() => telegram.messages.length > 0);
  assert.deepEqual(telegram.refusals, Array(2).fill('Too Many Requests: retry after 1'));
  assert.equal(telegram.messages.length, 1);
});

test('what matters less, and what is explained, is not said of the same service, and of others is', options, async (t) => {
  const { telegram, url } = await run(t);
  const named = (alertname: string, severity: string, service: string, more: Readonly<Record<string, string>> = {}): SentAlert =>
    alert({ alertname, severity, service, ...more });
  const check = (name: string): Readonly<Record<string, string>> => ({ signalbox_health_check_name: name });
  const loud = [
    named('DatabaseDown', 'critical', 'shop', check('postgres')),
    named('HighErrorRate', 'critical', 'desk'),
    named('HealthCheckFailing', 'critical', 'shop', check('disk')),
    named('CpuHigh', 'warning', 'other'),
    named('NewUsers', 'info', 'third'),
    named('HighErrorRate', 'critical', 'shop', { deployment_environment_name: 'staging' }),
    named('CollectorDown', 'critical', 'otel-collector'),
  ];
  const quiet = [
    named('HighErrorRate', 'critical', 'shop'),
    named('HealthCheckFailing', 'critical', 'shop', check('postgres')),
    named('CpuHigh', 'warning', 'shop'),
    named('NewUsers', 'info', 'other'),
    named('TelemetryAbsent', 'critical', 'desk'),
  ];
  // An alert without a service is no service of its own, and the Watchdog is never quiet.
  const unbound = [named('Mine', 'critical', ''), named('Others', 'warning', '')];
  await postAlerts(url, loud);
  // Alertmanager learns of a cause beside what it tells: one that comes together with what follows from it may be late.
  await eventually(() => telegram.messages.length >= loud.length);
  await postAlerts(url, [...quiet, ...unbound]);
  const expected = loud.length + unbound.length;
  await eventually(() => telegram.messages.length >= expected);
  const states = await eventually(async () => {
    const known = await knownAlerts(url);
    return known.every(({ status }) => status.state !== 'unprocessed') && known;
  });
  const suppressed = states
    .filter(({ status }) => status.state === 'suppressed')
    .map(({ labels }) => `${labels['alertname']} ${labels['service']}`);
  assert.deepEqual(suppressed.sort(), quiet.map(({ labels }) => `${labels['alertname']} ${labels['service']}`).sort());
  assert.equal(telegram.messages.length, expected);
  // With its cause gone it is said, if it is still so.
  await postAlerts(url, [ended(loud[1] as SentAlert), ended(loud[6] as SentAlert)]);
  await eventually(() => telegram.messages.some(({ text }) => text.includes('desk: TelemetryAbsent')));
});

test('of two that are critical the end of one does not let lower ones through', options, async (t) => {
  const { telegram, url } = await run(t);
  const first = alert({ alertname: 'PaymentProviderDown', severity: 'critical', service: 'shop' });
  // Of the two Alertmanager would remember the one that ends later.
  const soon = new Date(Date.now() + HOUR_MS / 2).toISOString();
  const second = { ...alert({ alertname: 'HealthCheckFailing', severity: 'critical', service: 'shop' }), endsAt: soon };
  await postAlerts(url, [first, second]);
  await eventually(() => telegram.messages.length >= 2);
  await postAlerts(url, [ended(first)]);
  await eventually(() => telegram.messages.some(({ text: said }) => said.startsWith('✅ resolved PaymentProviderDown')));
  await postAlerts(url, [alert({ alertname: 'CpuHigh', severity: 'warning', service: 'shop' })]);
  await postAlerts(url, [alert({ alertname: 'CpuHigh', severity: 'warning', service: 'other' })]);
  await eventually(() => telegram.messages.some(({ text: said }) => said.includes('other: CpuHigh')));
  assert.ok(!telegram.messages.some(({ text: said }) => said.includes('shop: CpuHigh')));
});

/** The command itself; it asks a server that this process must go on answering. */
async function testAlert(...args: readonly string[]): Promise<{ readonly code: number | null; readonly output: string }> {
  const child = spawn(process.execPath, [shipped('src/cli/main.ts'), 'stack', 'test-alert', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const [out, error] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { code: await ended, output: out + error };
}

test('signalbox stack test-alert says who was told', options, async (t) => {
  const { telegram, url } = await run(t);
  for (const severity of ['critical', 'warning']) {
    const { code, output } = await testAlert('--url', url, '--severity', severity);
    assert.equal(code, 0, output);
    assert.match(output, new RegExp(`for the receiver ${severity}\\.\\n${severity}: telegram has delivered it\\.\\n`));
  }
  assert.equal(telegram.messages.filter(({ text: said }) => said.includes('A test of the way of alerts')).length >= 2, true);
  await eventually(() => telegram.messages.some(({ text: said }) => said.startsWith('✅ resolved TestAlert · signalbox-test')));
});

test('signalbox stack test-alert says why nobody was told', options, async (t) => {
  const { telegram, url } = await run(t, { notifications: { webhook: { url: 'http://127.0.0.1:1/', severities: ['critical'] } } });
  const failing = await testAlert('--url', url);
  assert.equal(failing.code, 1);
  assert.match(failing.output, /critical: telegram has delivered it/);
  assert.match(failing.output, /critical: webhook could not deliver it, \d+ attempts? failed; it is tried again\. The log of Alertmanager/);
  await postAlerts(url, [alert({ alertname: 'HighErrorRate', severity: 'critical', service: 'signalbox-test' })]);
  await eventually(() => telegram.messages.some(({ text: said }) => said.includes('HighErrorRate')));
  const inhibited = await testAlert('--url', url, '--severity', 'warning');
  assert.equal(inhibited.code, 1);
  assert.match(inhibited.output, /Nobody is told: it is inhibited by another alert of that service/);
});

test('signalbox stack test-alert says that a receiver sends nowhere', options, async (t) => {
  const { url } = await run(t, { notifications: { telegram: { severities: ['info'] } } });
  const { code, output } = await testAlert('--url', url);
  assert.equal(code, 1);
  assert.match(output, /critical: sends nowhere\. Name a way in "notifications" of signalbox\.config/);
});

test('mail and Slack show hostile labels as text, within their limits', options, (t) => {
  const folder = dirname(writeFiles(t, {}));
  const render = (template: string, type: 'html' | 'text', hostile: string): string => {
    const labels = { alertname: 'X', severity: 'warning', service: `shop ${hostile}` };
    const alerts = Array.from({ length: 60 }, () => ({ ...alert(labels, { summary: `fails ${hostile}`, description: hostile, logs_url: 'javascript:1' }), status: 'firing' })); // prettier-ignore
    writeFileSync(join(folder, 'data.json'), JSON.stringify({ status: 'firing', alerts, commonLabels: labels }));
    const { code, output } = amtool('template', 'render', `--template.glob=${join(folder, 'templates/*.tmpl')}`, `--template.text={{ template "${template}" . }}`, `--template.type=${type}`, `--template.data=${join(folder, 'data.json')}`); // prettier-ignore
    assert.equal(code, 0, output);
    return output;
  };
  for (const [name, hostile] of Object.entries(HOSTILE)) {
    const subject = render('signalbox.subject', 'text', hostile).trimEnd();
    assert.ok([...subject].length < 300 && !/[\r\n]/.test(subject), `${name}: ${subject}`);
    const slack = render('signalbox.slack', 'text', hostile);
    assert.ok(slack.length <= 4000, name);
    assert.doesNotMatch(slack.replaceAll(/<https?:[^|>\s]+\|\w+>/g, ''), /<|javascript:1/, name);
    const mail = render('signalbox.email', 'html', hostile);
    assert.doesNotMatch(mail, /<script|<\/i>|javascript:1/, name);
    assert.match(mail, /60 in all; the first 50 are above/);
  }
});
