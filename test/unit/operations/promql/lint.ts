/** What is wrong with an expression of PromQL, found on its tree. */
import type { SyntaxNode } from '@lezer/common';
import { parser } from '@prometheus-io/lezer-promql';
import { parseDuration } from '../../../../src/operations/durations.ts';
import { KNOWN_METRICS } from './known-metrics.ts';

/** Functions that know about resets of counters. */
const COUNTER_FUNCTIONS = new Set(['rate', 'increase', 'irate', 'resets', 'timestamp']);
/** Of a rate, two samples are needed and one may be late; of others, one is. */
const SAMPLES_OF_A_RATE = 4;
const SAMPLES = 2;
/** Labels that an expression makes itself. */
const MADE_LABELS = new Set(['signal', 'metric', '__name__']);

interface Source {
  readonly text: string;
  readonly intervalSeconds: number;
}

export function lintExpression(text: string, intervalSeconds = 60): string[] {
  const source = { text, intervalSeconds };
  const faults: string[] = [];
  parser.parse(text).iterate({
    enter({ node }) {
      if (node.type.isError) faults.push(`cannot be parsed at ${node.from}: ${text.slice(Math.max(0, node.from - 20), node.from + 20)}`);
      if (node.name === 'VectorSelector') faults.push(...lintSelector(node, source));
      if (node.name === 'MatrixSelector') faults.push(...lintRange(node, source));
      if (node.name === 'AggregateExpr') faults.push(...lintGrouping(node, source));
      if (node.name === 'FunctionCall') faults.push(...lintQuantile(node, source));
    },
  });
  return faults;
}

const textOf = (node: SyntaxNode | null, { text }: Source): string => (node === null ? '' : text.slice(node.from, node.to));

function descendants(node: SyntaxNode, name: string): SyntaxNode[] {
  const found: SyntaxNode[] = [];
  node.cursor().iterate((each) => {
    if (each.name === name) found.push(each.node);
  });
  return found;
}

function functionAround(node: SyntaxNode, source: Source): string {
  for (let each = node.parent; each !== null; each = each.parent) {
    if (each.name === 'FunctionCall') return textOf(each.getChild('FunctionIdentifier'), source);
    if (each.name === 'AggregateExpr') return '';
  }
  return '';
}

function lintSelector(node: SyntaxNode, source: Source): string[] {
  const name = textOf(node.getChild('Identifier'), source);
  const labels = descendants(node, 'UnquotedLabelMatcher').map((matcher) => textOf(matcher.getChild('LabelName'), source));
  if (name === '') return labels.includes('otel_metric_overflow') || labels.includes('job') ? [] : ['a selector without a name'];
  const metric = KNOWN_METRICS.get(name);
  if (metric === undefined) return [`${name} is in no catalogue`];
  const faults = labels.filter((label) => !metric.labels.has(label)).map((label) => `${name} has no label ${label}`);
  const around = functionAround(node, source);
  if (metric.kind === 'counter' && !COUNTER_FUNCTIONS.has(around) && !isOfGrown(node, source))
    faults.push(`${name} is a counter, and not under rate or increase`);
  if (metric.kind === 'gauge' && ['rate', 'increase', 'irate'].includes(around)) faults.push(`${name} is a gauge, and under ${around}`);
  return faults;
}

/** `(x unless x offset 15m)`: what a counter begins with counts whole. Compared as text, for the grammar puts `offset` on both. */
function isOfGrown(node: SyntaxNode, source: Source): boolean {
  let around = node.parent;
  while (around !== null && around.name !== 'ParenExpr') around = around.parent;
  const selector = textOf(node, source);
  const [, before, after] = /^\((.*) unless (.*) offset \w+\)$/s.exec(textOf(around, source)) ?? [];
  return before === selector && after === selector;
}

function lintRange(node: SyntaxNode, source: Source): string[] {
  const range = textOf(node.getChild('DurationExpr'), source);
  const least =
    (['rate', 'increase', 'irate'].includes(functionAround(node, source)) ? SAMPLES_OF_A_RATE : SAMPLES) * source.intervalSeconds;
  return (parseDuration(range) ?? 0) >= least ? [] : [`[${range}] is shorter than ${least} s, so it may hold too few samples`];
}

function lintGrouping(node: SyntaxNode, source: Source): string[] {
  const metrics = descendants(node, 'VectorSelector').map((selector) => KNOWN_METRICS.get(textOf(selector.getChild('Identifier'), source)));
  return descendants(node.getChild('AggregateModifier') ?? node, 'LabelName')
    .filter((name) => name.parent?.name === 'GroupingLabels')
    .map((name) => textOf(name, source))
    .filter((label) => !MADE_LABELS.has(label) && metrics.every((metric) => metric !== undefined && !metric.labels.has(label)))
    .map((label) => `nothing that is aggregated by ${label} has that label`);
}

function lintQuantile(node: SyntaxNode, source: Source): string[] {
  if (textOf(node.getChild('FunctionIdentifier'), source) !== 'histogram_quantile') return [];
  const [aggregate] = descendants(node, 'AggregateExpr');
  const isKept = aggregate !== undefined && descendants(aggregate, 'LabelName').some((label) => textOf(label, source) === 'le');
  return isKept ? [] : ['histogram_quantile of an aggregation that does not keep le'];
}
