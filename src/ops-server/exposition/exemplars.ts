/** Exemplars of OpenMetrics: a measurement, and the trace in which it was made. */
import type { Exemplar } from '../../otlp/metric-writer.ts';
import { formatNumber } from './format-number.ts';

/** The end of a line: the exemplar, when it leads to a trace, and the line break. */
export function exemplarText(exemplar: Exemplar): string {
  if (exemplar.traceId === '') return '\n';
  const { value, timeMs, traceId, spanId } = exemplar;
  return ` # {trace_id="${traceId}",span_id="${spanId}"} ${formatNumber(value)} ${(timeMs / 1000).toFixed(3)}\n`;
}

/** The last one above `lower` and not above `upper`. */
export function lastIn(exemplars: readonly Exemplar[], lower: number, upper: number): Exemplar | undefined {
  for (let i = exemplars.length - 1; i >= 0; i--) {
    const exemplar = exemplars[i] as Exemplar;
    if (exemplar.value > lower && exemplar.value <= upper) return exemplar;
  }
  return undefined;
}
