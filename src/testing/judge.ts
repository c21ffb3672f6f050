/** From what was collected and what is expected to a verdict and its message. Pure. */
import type { CollectedTelemetry } from './collect-telemetry.ts';
import {
  compareLog,
  compareMetric,
  compareSpan,
  type Compare,
  type ExpectedLog,
  type ExpectedMetric,
  type ExpectedSpan,
} from './expectations.ts';
import { show } from './fit.ts';
import { describeLog, describeMetric, describeSpan, renderLogs, renderMetrics, renderSpans } from './render.ts';

/** As matchers of vitest and jest return it. */
export interface Verdict {
  readonly pass: boolean;
  /** Why it fails; where it passes, why the opposite fails. */
  readonly message: () => string;
}

type Seen = Pick<CollectedTelemetry, 'spans' | 'openSpans' | 'logs' | 'metrics'>;

export function judgeSpan({ spans, openSpans }: Seen, expected: ExpectedSpan): Verdict {
  const { count, ...one } = expected;
  return judge({
    kind: ['span', 'spans'],
    expected: one,
    count,
    records: spans,
    compare: compareSpan(one, spans),
    describe: describeSpan,
    all: () => renderSpans(spans, openSpans),
    isNothing: spans.length === 0 && openSpans.length === 0,
  });
}

export function judgeLog({ logs, spans }: Seen, expected: ExpectedLog): Verdict {
  const { count, ...one } = expected;
  return judge({
    kind: ['log record', 'log records'],
    expected: one,
    count,
    records: logs,
    compare: compareLog(one, spans),
    describe: (log) => describeLog(log, spans),
    all: () => renderLogs(logs, spans),
    isNothing: logs.length === 0,
  });
}

export function judgeMetric({ metrics }: Seen, expected: ExpectedMetric): Verdict {
  return judge({
    kind: ['metric', 'metrics'],
    expected,
    count: undefined,
    records: metrics,
    compare: compareMetric(expected),
    describe: describeMetric,
    all: () => renderMetrics(metrics),
    isNothing: metrics.length === 0,
  });
}

interface Case<Record> {
  readonly kind: readonly [one: string, several: string];
  readonly expected: object;
  readonly count: number | undefined;
  readonly records: readonly Record[];
  readonly compare: Compare<Record>;
  readonly describe: (record: Record) => string;
  readonly all: () => string;
  readonly isNothing: boolean;
}

function judge<Record>({ kind, expected, count, records, compare, describe, all, isNothing }: Case<Record>): Verdict {
  const [one, several] = kind;
  const compared = records.map((record) => ({ record, wrong: compare(record) })).sort((a, b) => a.wrong.length - b.wrong.length);
  const fitting = compared.filter(({ wrong }) => wrong.length === 0);
  const pass = count === undefined ? fitting.length > 0 : fitting.length === count;
  const there = (): string => (isNothing ? `No ${one} was collected.` : `Collected:\n${all()}`);
  const number = (n: number): string => `${n} ${n === 1 ? one : several}`;

  const message = (): string => {
    if (pass)
      return `expected no ${one} ${show(expected)}, but there ${fitting.length === 1 ? 'is' : 'are'} ${number(fitting.length)}.\n\n${there()}`;
    if (fitting.length > 0 || count === 0)
      return `expected ${number(count as number)} ${show(expected)}, but there ${fitting.length === 1 ? 'is' : 'are'} ${fitting.length}.\n\n${there()}`;
    const [closest] = compared;
    const near =
      closest === undefined
        ? ''
        : `The closest is ${describe(closest.record)}:\n${closest.wrong.map((line) => `  ${line}`).join('\n')}\n\n`;
    return `expected a ${one} ${show(expected)}, but there is none.\n\n${near}${there()}`;
  };
  return { pass, message };
}
