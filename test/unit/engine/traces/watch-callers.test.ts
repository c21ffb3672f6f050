import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SpanContext } from '@opentelemetry/api';
import { createSampler } from '../../../../src/engine/traces/sampler.ts';
import { watchCallers } from '../../../../src/engine/traces/watch-callers.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const parent = (traceFlags: number, isRemote = true): SpanContext => ({ traceId: TRACE, spanId: 'b7ad6b7169203331', traceFlags, isRemote });

function watch() {
  const said: number[] = [];
  const sampler = watchCallers(createSampler('parentbased_always_on', 1), (requests) => said.push(requests));
  const call = (times: number, from: SpanContext | undefined): void => {
    for (let index = 0; index < times; index++) sampler(TRACE, from);
  };
  return { said, sampler, call };
}

test('a hundred requests of callers that do not sample are said once', () => {
  const { said, call } = watch();
  call(99, parent(0));
  assert.deepEqual(said, []);
  call(500, parent(0));
  assert.deepEqual(said, [100]);
});

test('one caller that samples is enough to say nothing', () => {
  const { said, call } = watch();
  call(99, parent(0));
  call(1, parent(1));
  call(500, parent(0));
  assert.deepEqual(said, []);
});

test('spans inside the process and roots are no callers', () => {
  const { said, call } = watch();
  call(500, parent(0, false));
  call(500, undefined);
  assert.deepEqual(said, []);
});

test('what the sampler decides is not changed', () => {
  const { sampler } = watch();
  assert.deepEqual([sampler(TRACE, undefined), sampler(TRACE, parent(1)), sampler(TRACE, parent(0))], [true, true, false]);
});
