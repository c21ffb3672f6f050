import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SpanContext } from '@opentelemetry/api';
import type { SamplerName } from '../../../../src/config/config.ts';
import { newTraceId } from '../../../../src/engine/traces/ids.ts';
import { createSampler } from '../../../../src/engine/traces/sampler.ts';
import { api, officialSdk } from './kit.ts';

const { AlwaysOffSampler, AlwaysOnSampler, ParentBasedSampler, SamplingDecision, TraceIdRatioBasedSampler } = officialSdk;
const IDS = 10_000;
const RATIOS = [0, 1e-9, 0.01, 0.1, 1 / 3, 0.5, 0.999, 1, -1, 2, NaN];

const OFFICIAL = {
  always_on: () => new AlwaysOnSampler(),
  always_off: () => new AlwaysOffSampler(),
  traceidratio: (ratio: number) => new TraceIdRatioBasedSampler(ratio),
  parentbased_always_on: () => new ParentBasedSampler({ root: new AlwaysOnSampler() }),
  parentbased_always_off: () => new ParentBasedSampler({ root: new AlwaysOffSampler() }),
  parentbased_traceidratio: (ratio: number) => new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio) }),
};

const PARENTS: readonly (Omit<SpanContext, 'traceId'> | undefined)[] = [
  undefined,
  { spanId: '1111111111111111', traceFlags: 0 },
  { spanId: '1111111111111111', traceFlags: 1 },
  { spanId: '1111111111111111', traceFlags: 0x02, isRemote: true },
  { spanId: '1111111111111111', traceFlags: 0x03, isRemote: true },
];

for (const [name, createOfficial] of Object.entries(OFFICIAL)) {
  test(`${name} decides as the official sampler does`, () => {
    const ids = ['0'.repeat(31) + '1', 'f'.repeat(32), '0123456789abcdef0123456789abcdef', ...Array.from({ length: IDS }, newTraceId)];
    for (const ratio of RATIOS) {
      const [sampler, official] = [createSampler(name as SamplerName, ratio), createOfficial(ratio)];
      ids.forEach((traceId, index) => {
        const shape = PARENTS[index % PARENTS.length];
        const parent = shape && { ...shape, traceId };
        const context = parent === undefined ? api.ROOT_CONTEXT : api.trace.setSpanContext(api.ROOT_CONTEXT, parent);
        const { decision } = official.shouldSample(context, traceId, 'n', 0, {}, []);
        assert.equal(
          sampler(traceId, parent),
          decision === SamplingDecision.RECORD_AND_SAMPLED,
          `${name} ${ratio} ${traceId} ${JSON.stringify(parent)}`,
        );
      });
    }
  });
}

test('a ratio keeps about its share of random traces', () => {
  const sampler = createSampler('traceidratio', 0.25);
  const kept = Array.from({ length: IDS }, newTraceId).filter((traceId) => sampler(traceId, undefined)).length;
  assert.ok(kept > IDS * 0.2 && kept < IDS * 0.3, `${kept} of ${IDS}`);
});
