import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createReporter } from '../../../src/diagnostics/reporter.ts';
import { createEndpointHealth, type EndpointHealth } from '../../../src/export/endpoint-health.ts';

function openHealth(): { health: EndpointHealth; said: string[] } {
  const said: string[] = [];
  const write = (line: string): void => void said.push((JSON.parse(line) as { code: string }).code.split(' ', 1)[0]!);
  const reporter = createReporter({ level: 'info', forPerson: false, write });
  return { health: createEndpointHealth('http://collector:4318', reporter), said };
}

test('an endpoint that several signals share works again when all of them do', () => {
  const { health, said } = openHealth();
  health.failed('traces', 'timeout', 'No answer.');
  health.failed('logs', 'timeout', 'No answer.');
  health.worked('logs');
  assert.deepEqual(said, ['export.timeout']);
  health.worked('traces');
  health.worked('traces');
  assert.deepEqual(said, ['export.timeout', 'export.recovered']);
});

test('the last word is that it works, also when it fails for another reason within a minute', () => {
  const { health, said } = openHealth();
  for (const reason of ['connection_refused', 'http_503'] as const) {
    health.failed('traces', reason, 'Failed.');
    health.worked('traces');
  }
  assert.deepEqual(said, ['export.connection_refused', 'export.recovered', 'export.http_503', 'export.recovered']);
});

test('a signal that is refused for ever does not hide that another one works again', () => {
  const { health, said } = openHealth();
  health.lost('metrics', 'http_404', 'Refused.');
  health.worked('traces');
  assert.deepEqual(said, ['export.http_404']);
  health.failed('traces', 'timeout', 'No answer.');
  health.worked('traces');
  assert.deepEqual(said, ['export.http_404', 'export.timeout', 'export.recovered']);
});

test('a signal that is taken again after it was refused is told of', () => {
  const { health, said } = openHealth();
  health.lost('traces', 'http_404', 'Refused.');
  health.worked('traces');
  assert.deepEqual(said, ['export.http_404', 'export.recovered']);
});

test('a clock is off by more than a minute, either way', () => {
  for (const [clockAheadMs, expected] of [
    [60_000, []],
    [60_001, ['export.clock']],
    [-60_000, []],
    [-60_001, ['export.clock']],
  ] as const) {
    const { health, said } = openHealth();
    health.met({ clockAheadMs });
    assert.deepEqual(said, expected);
  }
});

test('a clock that is off is said once, and again when it went wrong anew', () => {
  const { health, said } = openHealth();
  const HOURS_MS = 3 * 3_600_000;
  for (const clockAheadMs of [HOURS_MS, HOURS_MS + 5, 0, 2]) health.met({ clockAheadMs });
  assert.deepEqual(said, ['export.clock']);
});

test('that the endpoint is this process is said once, in place of what its server answers', () => {
  const { health, said } = openHealth();
  for (let each = 0; each < 2; each++) {
    health.met({ isOwnProcess: true });
    health.lost('traces', 'http_404', 'Not found.');
  }
  assert.deepEqual(said, ['export.own_endpoint']);
  health.met({ isOwnProcess: false });
  health.worked('traces');
  assert.deepEqual(said, ['export.own_endpoint', 'export.recovered']);
});
