import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createEndLimit } from '../../../src/process/end-limit.ts';

function limitOf(limitMs: number) {
  const clock = { ms: 100 };
  return { limit: createEndLimit(limitMs, () => clock.ms), clock };
}

describe('the time limit of the end', () => {
  it('begins when it is first asked for, and is given once', () => {
    const { limit, clock } = limitOf(5000);
    clock.ms += 60_000;
    assert.equal(limit.leftMs(), 5000);
    clock.ms += 2000;
    assert.equal(limit.leftMs(), 3000);
    clock.ms += 9000;
    assert.equal(limit.leftMs(), 0);
  });

  it('is given anew to a process that goes on after all', () => {
    const { limit, clock } = limitOf(5000);
    limit.leftMs();
    clock.ms += 4000;
    limit.callOff();
    assert.equal(limit.leftMs(), 5000);
  });

  it('is shorter by the time for which the process was held', () => {
    const { limit, clock } = limitOf(5000);
    limit.hold();
    clock.ms += 800;
    limit.release();
    clock.ms += 10_000; // the application goes on
    assert.equal(limit.leftMs(), 4200);
  });

  it('counts a hold that a signal or an exit cuts short', () => {
    const { limit, clock } = limitOf(5000);
    limit.hold();
    clock.ms += 300;
    assert.equal(limit.leftMs(), 4700);
    clock.ms += 100;
    assert.equal(limit.leftMs(), 4600);
  });

  it('holds a process for a second in all, however often it has nothing left to do', () => {
    const { limit, clock } = limitOf(5000);
    assert.equal(limit.holdLeftMs(), 1000);
    limit.hold();
    clock.ms += 700;
    limit.release();
    assert.equal(limit.holdLeftMs(), 300);
    limit.hold();
    clock.ms += 400;
    limit.release();
    assert.equal(limit.holdLeftMs(), 0);
  });

  it('leaves half of a short limit to the flush that blocks, and waits for nothing where there is none', () => {
    assert.equal(limitOf(600).limit.holdLeftMs(), 300);
    assert.equal(limitOf(0).limit.holdLeftMs(), 0);
    assert.equal(limitOf(0).limit.leftMs(), 0);
  });

  it('is not given once more to the end after flushes that were in vain, one after the other or together', () => {
    const { limit, clock } = limitOf(5000);
    const both = [limit.flushing(), limit.flushing()];
    clock.ms += 2000;
    const third = limit.flushing();
    clock.ms += 3000;
    for (const flushed of both) flushed();
    assert.equal(limit.flushLeftMs(), 0);
    third();
    assert.equal(limit.flushLeftMs(), 0);
    assert.equal(limit.leftMs(), 0);
  });

  it('after a flush that was in vain holds nothing', () => {
    const { limit, clock } = limitOf(5000);
    const flushed = limit.flushing();
    clock.ms += 5000;
    flushed();
    assert.equal(limit.holdLeftMs(), 0);
    assert.equal(limit.holdLeftMs(2000), 0);
  });

  it('is given whole after flushes that did not take all of their time, however many, also where one overlaps the next', () => {
    const { limit, clock } = limitOf(5000);
    let last = limit.flushing();
    for (let round = 0; round < 100; round++) {
      clock.ms += 300;
      const next = limit.flushing();
      clock.ms += 100;
      last();
      last = next;
    }
    last();
    assert.equal(limit.flushLeftMs(), 5000);
    assert.equal(limit.leftMs(), 5000);
  });

  it('forgets a flush in vain after a while, for the process went on', () => {
    const { limit, clock } = limitOf(5000);
    const flushed = limit.flushing();
    clock.ms += 5000;
    flushed();
    clock.ms += 5000;
    assert.equal(limit.flushLeftMs(), 5000);
    assert.equal(limit.leftMs(), 5000);
  });

  it('has what a flush leaves of it, when the process ends meanwhile', () => {
    const { limit, clock } = limitOf(5000);
    limit.flushing();
    clock.ms += 2000;
    assert.equal(limit.leftMs(), 3000);
  });
});
