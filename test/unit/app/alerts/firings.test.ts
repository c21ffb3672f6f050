import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createFirings, type Firings } from '../../../../src/app/alerts/firings.ts';
import type { ReceivedAlert } from '../../../../src/runtime/alert-handlers.ts';

const MINUTE = 60_000;
const alert = (status: 'firing' | 'resolved', startsAt: number, endsAt?: number, fingerprint = 'f'): ReceivedAlert => ({
  name: 'A',
  status,
  labels: {},
  annotations: {},
  startsAt,
  endsAt,
  fingerprint,
  generatorURL: '',
});

function news(firings: Firings, ...alerts: ReceivedAlert[]): boolean[] {
  return alerts.map((each) => firings.isNew(each));
}

describe('firings', () => {
  it('are new once, however often they are repeated, by one Alertmanager or by two whose servers begin a moment apart', () => {
    const begin = 10 * MINUTE;
    assert.deepEqual(
      news(
        createFirings(),
        alert('firing', begin),
        alert('firing', begin),
        alert('firing', begin + 15_000),
        alert('firing', begin - 15_000),
      ),
      [true, false, false, false],
    );
  });

  it('are new again after their end, and an old repetition is not', () => {
    const firings = createFirings();
    assert.deepEqual(
      news(
        firings,
        alert('firing', MINUTE),
        alert('resolved', MINUTE, 5 * MINUTE),
        alert('resolved', MINUTE, 5 * MINUTE),
        alert('firing', MINUTE),
        alert('firing', 5 * MINUTE + 1),
        alert('firing', 5 * MINUTE + 1),
        alert('resolved', 5 * MINUTE + 1, 6 * MINUTE),
      ),
      [true, true, false, false, true, false, true],
    );
  });

  it('are new again where no end is told, when they begin much later', () => {
    assert.deepEqual(news(createFirings(), alert('firing', MINUTE), alert('firing', 3 * MINUTE), alert('firing', 3 * MINUTE)), [
      true,
      true,
      false,
    ]);
  });

  it('are each alert’s own', () => {
    assert.deepEqual(
      news(createFirings(), alert('firing', 1, undefined, 'a'), alert('firing', 1, undefined, 'b'), alert('firing', 1, undefined, 'a')),
      [true, true, false],
    );
  });

  it('are forgotten beyond ten thousand, those first that were not heard of for longest', () => {
    const firings = createFirings();
    for (let i = 0; i < 10_000; i++) firings.isNew(alert('firing', 1, undefined, `f${i}`));
    assert.deepEqual(
      news(
        firings,
        alert('firing', 1, undefined, 'f0'),
        alert('firing', 1, undefined, 'another'),
        alert('firing', 1, undefined, 'f0'),
        alert('firing', 1, undefined, 'f1'),
      ),
      [false, true, false, true],
    );
  });
});
