import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { outcomeOf, overallStatus } from '../../../../src/app/health/outcome.ts';

describe('the answer of a check', () => {
  const rows: readonly [unknown, string][] = [
    [undefined, 'healthy'],
    [true, 'healthy'],
    [{ rows: [{ '?column?': 1 }], rowCount: 1 }, 'healthy'],
    [[], 'healthy'],
    ['PONG', 'degraded'],
    [false, 'unhealthy'],
    ['degraded', 'degraded'],
    [{ status: 'unhealthy' }, 'unhealthy'],
    [{ status: 'yellow' }, 'degraded'],
    [{ status: 'green' }, 'healthy'],
    [{ status: 'helthy' }, 'degraded'],
    [{ status: 200 }, 'healthy'],
    [{ status: 399 }, 'healthy'],
    [{ status: 400 }, 'unhealthy'],
    [{ status: 503 }, 'unhealthy'],
    [new Response('', { status: 500 }), 'unhealthy'],
    [new Response('', { status: 201 }), 'healthy'],
    [{ ok: false }, 'unhealthy'],
    [{ ok: 1 }, 'healthy'],
  ];
  for (const [answer, status] of rows)
    it(`${answer instanceof Response ? `a response of ${answer.status}` : JSON.stringify(answer)} is ${status}`, () => {
      assert.equal(outcomeOf(answer).status, status);
    });

  it('keeps its error only when it is not healthy', () => {
    assert.equal(outcomeOf({ status: 'healthy', error: 'none' }).error, undefined);
    assert.equal(outcomeOf({ status: 'unhealthy', error: 'away' }).error, 'away');
    assert.equal(outcomeOf({ status: 503, error: 'away' }).error, 'away');
  });
});

describe('all checks together', () => {
  it('are degraded by one that fails and is not critical', () => {
    assert.equal(overallStatus([{ status: 'unhealthy', critical: false }]), 'degraded');
    assert.equal(overallStatus([{ status: 'healthy', critical: true }]), 'healthy');
    assert.equal(overallStatus([{ status: 'degraded', critical: true }, { status: 'unhealthy', critical: true }]), 'unhealthy'); // prettier-ignore
  });
});
