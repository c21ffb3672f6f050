/** `0.1,/search=0.01,POST /orders=1`: a number for every route, and those of single ones. */
import { matchesPattern, patternWeight } from './name-pattern.ts';

export interface RouteRule {
  /** A route, with or without its method, or the name of a span that is no request; `*` stands for any text. */
  readonly pattern: string;
  readonly number: number;
}

export interface RouteNumbers {
  /** Of what no rule names; `undefined` when nothing says it. */
  readonly otherwise: number | undefined;
  readonly rules: readonly RouteRule[];
}

/** As it was written, and the entries that are none. */
export interface ParsedRouteNumbers extends RouteNumbers {
  readonly faults: readonly string[];
}

export function parseRouteNumbers(text: string, min: number, max: number): ParsedRouteNumbers {
  let otherwise: number | undefined;
  const rules: RouteRule[] = [];
  const faults: string[] = [];
  for (const entry of text.split(',').map((part) => part.trim())) {
    if (entry === '') continue;
    const equals = entry.lastIndexOf('=');
    const written = entry.slice(equals + 1).trim();
    const number = /^(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(written) ? Number(written) : NaN;
    const pattern = entry.slice(0, Math.max(0, equals)).trim();
    if (!(number >= min && number <= max) || (equals !== -1 && pattern === '')) faults.push(entry);
    else if (equals === -1) otherwise = number;
    else rules.push({ pattern, number });
  }
  return { otherwise, rules, faults };
}

/**
 * The rule with the most letters that fits counts, of equals the last one.
 *
 * @param names - what one thing is called: `/orders/:id` and `GET /orders/:id`.
 */
export function numberFor(names: readonly string[], { otherwise, rules }: RouteNumbers): number | undefined {
  let best: RouteRule | undefined;
  for (const rule of rules) {
    const isBetter = best === undefined || patternWeight(rule.pattern) >= patternWeight(best.pattern);
    if (isBetter && names.some((name) => matchesPattern(name, rule.pattern))) best = rule;
  }
  return best?.number ?? otherwise;
}
