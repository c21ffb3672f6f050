/** Queries that an engine of Prisma sends itself, without a driver: it tells them when it answers. */
import type { Attributes, Context, HrTime } from '@opentelemetry/api';
import { api } from '../../runtime/otel.ts';
import { describeQuery, isIgnored, recordDuration, type Recorder } from './prisma-spans.ts';

export interface EngineSpan {
  readonly id: string;
  readonly parentId: string | null;
  readonly name: string;
  readonly startTime: HrTime;
  readonly endTime: HrTime;
  readonly attributes?: Attributes;
}

const DB_QUERY = 'prisma:engine:db_query';

/** Records those of `spans` that are queries; the others are steps within the engine. */
export function dispatchEngineSpans(recorder: Recorder & { getConfig(): object }, spans: readonly EngineSpan[]): void {
  const context: Context = api.context.active();
  for (const { attributes = {}, endTime, name, startTime } of spans) {
    if (name !== DB_QUERY || isIgnored(name, recorder.getConfig())) continue;
    const { name: named, ...options } = describeQuery(attributes);
    recorder.spans.startSpan(named, { ...options, startTime }, context).end(endTime);
    recordDuration(recorder, options.attributes, endTime[0] - startTime[0] + (endTime[1] - startTime[1]) / 1e9, context);
  }
}
