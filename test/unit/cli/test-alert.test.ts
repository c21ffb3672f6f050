import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { deliveriesOf, readAttempts, waysOf } from '../../../src/cli/alert-delivery.ts';

const MAIN = fileURLToPath(new URL('../../../src/cli/main.ts', import.meta.url));

const metrics = (tried: number, failed: number, receiver = ',receiver_name="critical"'): string =>
  `alertmanager_notification_requests_failed_total{integration="telegram"${receiver}} ${failed}
alertmanager_notification_requests_total{integration="telegram"${receiver}} ${tried}
alertmanager_notification_requests_total{integration="telegram",receiver_name="other"} 100
alertmanager_notification_requests_total{integration="webhook"${receiver}} 3
`;

describe('delivery of an alert', () => {
  it('is known by the attempts of its receiver that did not fail', () => {
    const before = readAttempts(metrics(4, 1), 'critical');
    assert.deepEqual(before.get('telegram'), { tried: 4, failed: 1 });
    const state = (tried: number, failed: number): string[] =>
      deliveriesOf(['telegram', 'webhook'], before, readAttempts(metrics(tried, failed), 'critical')).map((each) => each.state);
    assert.deepEqual(state(4, 1), ['waiting', 'waiting']);
    assert.deepEqual(state(5, 2), ['failing', 'waiting']);
    assert.deepEqual(state(6, 2), ['delivered', 'waiting']);
  });

  it('counts all receivers where Alertmanager does not tell them apart', () => {
    assert.deepEqual(readAttempts('alertmanager_notification_requests_total{integration="slack"} 2\n', 'info').get('slack'), {
      tried: 2,
      failed: 0,
    });
  });

  it('is expected by what the receiver is configured to send by', () => {
    const config = 'receivers:\n- name: critical\n  telegram_configs: [{}]\n  webhook_configs: [{}]\n- name: info\n';
    assert.deepEqual(waysOf(config, 'critical'), ['telegram', 'webhook']);
    assert.deepEqual(waysOf(config, 'info'), []);
    assert.deepEqual(waysOf('route: {}', 'info'), []);
  });
});

describe('signalbox stack test-alert', () => {
  const run = (...args: string[]): { code: number | null; out: string; error: string } => {
    const { status, stderr, stdout } = spawnSync(process.execPath, [MAIN, 'stack', ...args], { encoding: 'utf8' });
    return { code: status, out: stdout, error: stderr };
  };

  it('says when nobody answers, and where it looked', () => {
    const { code, error } = run('test-alert', '--url', 'http://127.0.0.1:1');
    assert.equal(code, 1);
    assert.match(error, /Alertmanager at http:\/\/127\.0\.0\.1:1 does not answer as it should: .*Does it run\? --url says where\./);
  });

  it('refuses what it does not know', () => {
    assert.match(run('test-alert', '--to', 'me').error, /takes --url, --severity, --service and --wait, got --to me/);
    assert.match(run('test-alert', '--severity', 'page').error, /--severity must be critical, warning, info, got "page"/);
    assert.match(run('test-alert', '--wait', 'long').error, /--wait must be seconds from 1 to 3600, got "long"/);
    assert.match(run('test-alert', '--url', 'localhost').error, /--url must begin with http/);
    assert.equal(run('up').code, 2);
    assert.match(run('--help').out, /stack test-alert/);
  });
});
