import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { makeAlert, renderForAlertmanager, renderForWebhook } from '../../../../src/app/alerts/alert.ts';

const SOURCE = { service: undefined, span: undefined, nowMs: Date.UTC(2026, 11, 1) };
interface Posted {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly startsAt: string;
}
const posted = (input: unknown): Posted =>
  (JSON.parse(renderForAlertmanager(makeAlert(input as never, false, SOURCE))) as Posted[])[0] as Posted;

describe('an alert', () => {
  it('has names that Prometheus allows, and texts that are bounded, whatever it is made of', () => {
    fc.assert(
      fc.property(
        fc.anything({ withBigInt: true, withDate: true, withMap: true, withNullPrototype: true }),
        fc.dictionary(fc.string(), fc.anything({ withBigInt: true })),
        (title, metadata) => {
          const { annotations, labels, startsAt } = posted({ title, message: title, metadata });
          assert.equal(startsAt, '2026-12-01T00:00:00.000Z');
          assert.ok((labels['alertname'] ?? '').length > 0);
          for (const [name, value] of [...Object.entries(labels), ...Object.entries(annotations)]) {
            assert.match(name, /^[a-zA-Z_][a-zA-Z0-9_]*$/);
            assert.equal(typeof value, 'string');
            assert.ok(value.length <= 4096 + 32, `${name}: ${value.length}`);
          }
          JSON.parse(renderForWebhook(makeAlert({ title, metadata } as never, true, SOURCE)));
        },
      ),
      { numRuns: 300 },
    );
  });

  it('is what its title and severity say: facts are no labels, with which each would be an alert of its own', () => {
    const [one, other] = [1, 2].map((order) => posted({ title: 'No stock', metadata: { order, alertname: 'x', severity: 'info' } }));
    assert.deepEqual(one?.labels, other?.labels);
    assert.deepEqual(one?.labels, { alertname: 'No stock', severity: 'warning', component: 'application' });
  });

  it('says what happened in its own words, whatever facts are called', () => {
    const { annotations } = posted({
      title: 'No stock',
      message: 'Nothing left.',
      metadata: { summary: 'x', description: 'y', trace_id: 'z' },
    });
    assert.deepEqual(annotations, { summary: 'No stock', description: 'Nothing left.', trace_id: 'z' });
  });

  it('holds no secret', () => {
    const SECRET = 'hunter2-4711';
    const text = JSON.stringify(
      posted({
        title: `login failed: password=${SECRET}`,
        message: `Authorization: Bearer ${SECRET}${SECRET}`,
        metadata: { password: SECRET, url: `https://anna:${SECRET}@host/`, deep: { api_key: SECRET } },
      }),
    );
    assert.doesNotMatch(text, /hunter2/);
  });

  it('holds no part of a secret where it is cut, nor one that stands where a name should', () => {
    const key = `sk_live_${'4eC39HqLyjWDarjtT1zdp7dc'}`;
    for (const length of [200, 1024, 4096])
      for (let before = length - 24; before < length; before++) {
        const text = `${'x '.repeat(length).slice(0, before - 1)} ${key}`;
        assert.ok(
          !JSON.stringify(posted({ title: text, message: text, metadata: { text, deep: { text } } })).includes('sk_live'),
          `${length} ${before}`,
        );
      }
    assert.ok(!JSON.stringify(posted({ title: 'a', metadata: { [key]: 1, deep: { [key]: 1 } } })).includes('4eC39'));
  });

  it('has a severity that Alertmanager is set for', () => {
    for (const severity of ['loud', 5, undefined, null]) assert.equal(posted({ title: 'a', severity }).labels['severity'], 'warning');
    assert.equal(posted({ title: 'a', severity: 'critical' }).labels['severity'], 'critical');
  });
});
