/** Numbers as the text formats of Prometheus have them. */

export function formatNumber(value: number): string {
  if (value === Infinity) return '+Inf';
  if (value === -Infinity) return '-Inf';
  return `${value}`;
}

/**
 * The upper bound of a bucket, in the one form that all who write it agree on: `1` is `1.0`, a million `1e+06`, as in Go.
 *
 * @see https://prometheus.io/docs/specs/om/open_metrics_spec/#considerations-canonical-numbers
 */
export function formatBound(bound: number): string {
  if (!Number.isFinite(bound)) return formatNumber(bound);
  const magnitude = Math.abs(bound);
  if (magnitude !== 0 && (magnitude >= 1e6 || magnitude < 1e-4)) return bound.toExponential().replace(/e([+-])(\d)$/, 'e$10$2');
  return Number.isInteger(bound) ? `${bound}.0` : `${bound}`;
}
