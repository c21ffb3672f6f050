import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readWebhook } from '../../../../src/app/alerts/received-alert.ts';

const read = (alert: object): unknown => readWebhook(JSON.stringify({ alerts: [alert] }))?.[0];

describe('an alert of a webhook', () => {
  it('is what a handler gets', () => {
    assert.deepEqual(
      {
        ...(read({
          status: 'firing',
          labels: { alertname: 'HighLatency', service: 'shop' },
          annotations: { summary: 'slow' },
          startsAt: '2026-01-01T00:00:01.5Z',
          endsAt: '0001-01-01T00:00:00Z',
          generatorURL: 'http://prometheus/graph',
          fingerprint: 'c0ffee',
        }) as object),
        labels: undefined,
        annotations: undefined,
      },
      {
        name: 'HighLatency',
        status: 'firing',
        labels: undefined,
        annotations: undefined,
        startsAt: Date.UTC(2026, 0, 1, 0, 0, 1, 500),
        endsAt: undefined,
        generatorURL: 'http://prometheus/graph',
        fingerprint: 'c0ffee',
      },
    );
  });

  it('has its labels whatever they are called and hold', () => {
    const hostile = '<b>*_`${x} {{ . }} \u0000\ud800👩‍👩‍👧'.repeat(500);
    const alert = read({ status: 'firing', labels: { alertname: hostile, ['__proto__x']: '1', constructor: hostile, n: 5 } }) as {
      labels: Record<string, string>;
    };
    assert.deepEqual(Object.keys(alert.labels), ['alertname', '__proto__x', 'constructor']);
    const own = readWebhook('{"alerts":[{"status":"firing","labels":{"alertname":"a","__proto__":"x"}}]}')?.[0];
    assert.equal(own?.labels['__proto__'], 'x');
  });

  it('is left out when it has no name or no state, and the others stay', () => {
    const alerts = [null, 5, [], {}, { status: 'firing' }, { status: 'firing', labels: null }, { status: 'x', labels: { alertname: 'a' } }];
    const good = { status: 'resolved', labels: { alertname: 'good' }, endsAt: '2026-01-01T00:00:00Z' };
    assert.deepEqual(
      readWebhook(JSON.stringify({ alerts: [...alerts, good] }))?.map(({ endsAt, name, startsAt }) => [name, startsAt, endsAt]),
      [['good', 0, Date.UTC(2026, 0, 1)]],
    );
  });

  it('is told apart by its labels where the sender gives no fingerprint', () => {
    const print = (labels: object): unknown => (read({ status: 'firing', labels }) as { fingerprint: string }).fingerprint;
    assert.equal(print({ alertname: 'a', x: '1', y: '2' }), print({ y: '2', alertname: 'a', x: '1' }));
    assert.notEqual(print({ alertname: 'a', x: '1' }), print({ alertname: 'a', x: '2' }));
  });
});
