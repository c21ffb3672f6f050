import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { CheckResult, HealthReport, HealthStatus } from '../../../../src/app/health/check.ts';
import { overallStatus } from '../../../../src/app/health/outcome.ts';
import { mergeHealth, type ProcessHealth } from '../../../../src/ops-server/cluster/merge-health.ts';

const check = (status: HealthStatus, more: Partial<CheckResult> = {}): CheckResult => ({ status, response_time_ms: 1, critical: true, ...more }); // prettier-ignore

function report(checks: Record<string, CheckResult>, more: Partial<HealthReport> = {}): HealthReport {
  return { status: overallStatus(Object.values(checks)), timestamp: '2026-12-01T00:00:00.000Z', duration_ms: 1, checks, ...more };
}

const ENDING = report({}, { status: 'unhealthy', shutting_down: true });
const from = <R>(worker: number, of: R): { worker: string; pid: number; report: R; waitedMs: number } => ({ worker: String(worker), pid: 100 + worker, report: of, waitedMs: 2500 }); // prettier-ignore
const silent = (worker: number): ProcessHealth => from(worker, undefined);

describe('the health of several processes', () => {
  it('is that of the one where there are no others', () => {
    const own = report({ database: check('degraded', { details: { a: 1 } }) });
    assert.equal(mergeHealth(from(1, own), [], false), own);
  });

  it('is as bad for each check as where it is worst, and says what each answered', () => {
    const { checks, status } = mergeHealth(
      from(1, report({ database: check('healthy'), cache: check('healthy', { critical: false }) })),
      [
        from(2, report({ database: check('unhealthy', { error: 'refused', response_time_ms: 9, details: { open: 3 } }) })),
        from(3, report({ database: check('degraded'), queue: check('healthy') })),
      ],
      false,
    );
    assert.equal(status, 'unhealthy');
    assert.deepEqual(Object.keys(checks), ['database', 'cache', 'queue']);
    assert.deepEqual(checks['database'], {
      status: 'unhealthy',
      response_time_ms: 9,
      critical: true,
      details: {
        workers: [
          { worker: '1', pid: 101, status: 'healthy', response_time_ms: 1 },
          { worker: '2', pid: 102, status: 'unhealthy', response_time_ms: 9, details: { open: 3 }, error: 'refused' },
          { worker: '3', pid: 103, status: 'degraded', response_time_ms: 1 },
        ],
      },
      error: 'worker 2 (process 102): refused',
    });
  });

  it('is degraded by a check that fails somewhere and is not critical there', () => {
    const failed = report({ cache: check('unhealthy', { critical: false }) });
    assert.equal(mergeHealth(from(1, report({ cache: check('healthy') })), [from(2, failed)], false).status, 'degraded');
  });

  it('is bad where one does not answer', () => {
    const merged = mergeHealth(from(1, report({})), [silent(2)], false);
    assert.equal(merged.status, 'unhealthy');
    assert.equal(merged.checks['worker 2']?.error, 'process 102 did not answer within 2500 ms');
  });

  it('is that of those who are not ending, until all are', () => {
    const well = report({ database: check('healthy') });
    const rows: readonly [string, HealthReport, readonly ProcessHealth[], boolean, boolean][] = [
      ['another worker ends', well, [from(2, ENDING), from(3, well)], false, true],
      ['the one that serves ends', ENDING, [from(2, well)], false, true],
      ['all workers end', ENDING, [from(2, ENDING)], false, false],
      ['a worker of the primary ends', well, [from(2, ENDING), from(3, well)], true, true],
      ['all workers of the primary end', well, [from(2, ENDING), from(3, ENDING)], true, false],
      ['the primary ends, and all with it', ENDING, [from(2, well)], true, false],
    ];
    for (const [what, own, others, isPrimary, isReady] of rows) {
      const { shutting_down, status } = mergeHealth(from(1, own), others, isPrimary);
      assert.deepEqual([status, shutting_down], isReady ? ['healthy', undefined] : ['unhealthy', true], what);
    }
  });

  it('has room for any name', () => {
    const { checks } = mergeHealth(from(1, report(JSON.parse('{"__proto__":{"status":"healthy"}}'))), [from(2, report({}))], false);
    assert.ok(Object.hasOwn(checks, '__proto__'));
  });
});
