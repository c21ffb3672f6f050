import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parse } from 'yaml';
import { ALERTS } from '../../../src/operations/alerts/alert-table.ts';
import { checkSettings } from '../../../src/operations/check-settings.ts';
import { buildAlertmanagerFiles } from '../../../src/operations/notifications/build-alertmanager.ts';
import { CAUSES } from '../../../src/operations/notifications/inhibitions.ts';
import type { Receiver } from '../../../src/operations/notifications/receivers.ts';
import { buildRoute } from '../../../src/operations/notifications/routes.ts';
import type { OperationsSettings } from '../../../src/operations/settings.ts';

const paceOf = (settings: OperationsSettings, receiver: string): string[] => {
  const route = buildRoute(settings).routes?.find((each) => each.receiver === receiver);
  assert.ok(route);
  return [route.group_wait, route.group_interval, route.repeat_interval];
};

const receiversOf = (settings: OperationsSettings): Readonly<Record<string, Receiver>> => {
  const text = buildAlertmanagerFiles(settings).get('alertmanager.yml') ?? '';
  const { receivers } = parse(text) as { receivers: Receiver[] };
  return Object.fromEntries(receivers.map((receiver) => [receiver.name, receiver]));
};

const kinds = (receiver: Receiver | undefined): string[] => Object.keys(receiver ?? {}).filter((key) => key !== 'name');

describe('routes', () => {
  it('say what is critical at once and again every five minutes, what is to be known once a day', () => {
    assert.deepEqual(paceOf({}, 'critical'), ['0s', '30s', '5m']);
    assert.deepEqual(paceOf({}, 'warning'), ['30s', '5m', '3h']);
    assert.deepEqual(paceOf({}, 'info'), ['5m', '5m', '1d']);
    assert.deepEqual(paceOf({}, 'watchdog'), ['0s', '1m', '5m']);
  });

  it('take their times from the settings, and all of them shortened for a trial', () => {
    assert.deepEqual(paceOf({ notifications: { critical: { wait: '5s', repeat: '1h' } } }, 'critical'), ['5s', '30s', '1h']);
    assert.deepEqual(paceOf({ timeScale: 0.001, notifications: { critical: { repeat: '1h' } } }, 'critical'), ['0s', '1s', '1h']);
    assert.deepEqual(paceOf({ timeScale: 0.1 }, 'warning'), ['3s', '30s', '18m']);
  });
});

describe('inhibition', () => {
  it('names alerts that there are', () => {
    for (const { cause, symptoms } of CAUSES)
      for (const name of [cause, ...symptoms]) assert.ok(ALERTS.has(name) || name === 'ErrorBudgetBurn', name);
  });

  it('silences no two alerts by each other', () => {
    const reached = (name: string, seen: Set<string>): Set<string> => {
      for (const symptom of CAUSES.filter(({ cause }) => cause === name).flatMap(({ symptoms }) => symptoms)) {
        if (seen.has(symptom)) continue;
        seen.add(symptom);
        reached(symptom, seen);
      }
      return seen;
    };
    for (const { cause } of CAUSES) assert.ok(!reached(cause, new Set()).has(cause), cause);
  });

  it('is by causes that can be critical', () => {
    for (const { cause } of CAUSES) assert.ok(ALERTS.get(cause)?.thresholds.critical !== undefined, cause);
  });
});

describe('receivers', () => {
  it('are there without settings, and tell nobody', () => {
    const receivers = receiversOf({});
    assert.deepEqual(Object.keys(receivers), ['critical', 'warning', 'info', 'watchdog']);
    for (const receiver of Object.values(receivers)) assert.deepEqual(kinds(receiver), []);
  });

  it('get the severities that a way is for, and no secret stands in the file', () => {
    const receivers = receiversOf({
      notifications: {
        telegram: { topics: { critical: 7 } },
        webhook: { url: 'http://127.0.0.1:9464/alerts', tokenFile: 'secrets/token', severities: ['critical'] },
        slack: { severities: ['warning'] },
        email: { to: 'a@b.example', from: 'c@d.example', smarthost: 'mail:587', username: 'u', severities: ['info'] },
        watchdog: { urlFile: 'secrets/watchdog_url' },
      },
    });
    assert.deepEqual(kinds(receivers['critical']), ['telegram_configs', 'webhook_configs']);
    assert.deepEqual(kinds(receivers['warning']), ['telegram_configs', 'slack_configs']);
    assert.deepEqual(kinds(receivers['info']), ['telegram_configs', 'email_configs']);
    assert.deepEqual(kinds(receivers['watchdog']), ['webhook_configs']);
    const [telegram] = (receivers['critical']?.['telegram_configs'] ?? []) as Record<string, unknown>[];
    assert.equal(telegram?.['message_thread_id'], 7);
    assert.equal(telegram?.['bot_token_file'], 'secrets/telegram_bot_token');
    assert.equal(telegram?.['disable_notifications'], false);
  });
});

describe('checks of notifications', () => {
  const faults = (notifications: unknown): string[] => checkSettings({ notifications });

  it('let everything through that is right', () => {
    assert.deepEqual(
      faults({
        critical: { wait: '0s', interval: '10s', repeat: '5m' },
        telegram: { botTokenFile: '/run/secrets/t', chatIdFile: '/run/secrets/c', topics: { info: 3 }, silent: [], apiUrl: 'http://x:1' },
        webhook: { urlFile: 'secrets/url' },
        slack: {},
        email: { to: 'a@b', from: 'c@d', smarthost: 'mail:25' },
        watchdog: { url: 'https://hc.example/1' },
      }),
      [],
    );
  });

  it('say what is wrong, and where', () => {
    assert.deepEqual(faults([]), ['notifications must be an object, got [].']);
    assert.match(faults({ telegramm: {} })[0] ?? '', /^notifications\.telegramm is no setting/);
    assert.match(faults({ telegram: { botToken: '1:A' } })[0] ?? '', /^notifications\.telegram\.botToken is no setting/);
    assert.match(faults({ critical: { repeat: '0s' } })[0] ?? '', /^notifications\.critical\.repeat must be a time above 0/);
    assert.match(faults({ critical: { wait: 5 } })[0] ?? '', /^notifications\.critical\.wait must be a time/);
    assert.match(faults({ telegram: { silent: ['low'] } })[0] ?? '', /^notifications\.telegram\.silent must be a list of critical/);
    assert.match(faults({ telegram: { topics: { critical: 'x' } } })[0] ?? '', /topics must be an object with whole numbers/);
    assert.match(faults({ webhook: {} })[0] ?? '', /^notifications\.webhook must have url or urlFile/);
    assert.match(faults({ webhook: { url: 'x' } })[0] ?? '', /^notifications\.webhook\.url must be an address/);
    assert.deepEqual(faults({ email: { to: 'a', from: 'b' } }), ['notifications.email.smarthost is missing.']);
    assert.deepEqual(faults({ email: { to: 'a', from: 'b', smarthost: 'mail:70000' } }), [
      'notifications.email.smarthost must be host:port, got "mail:70000".',
    ]);
    assert.deepEqual(faults({ slack: { severities: [] } }), [
      'notifications.slack.severities must be a list of one at least of critical, warning, info, got [].',
    ]);
  });

  it('take no password in an address, for the files hold no secret, and do not show it', () => {
    for (const url of ['https://ops:hunter2@hooks.example/a', 'https://hunter2@hooks.example/a']) {
      const [fault = ''] = faults({ webhook: { url } });
      assert.match(
        fault,
        /^notifications\.webhook\.url must be an address without a name and a password, which a file must hold \(urlFile, tokenFile\)/,
      );
      assert.doesNotMatch(fault, /hunter2/);
    }
  });
});
