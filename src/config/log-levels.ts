/** `info,db=debug,http.*=warn`: the level of every logger, and those of single ones by name. */
import { rankOf } from '../names/log-levels.ts';
import { matchesPattern, patternWeight } from './name-pattern.ts';

export interface LevelRule {
  /** A name, in which `*` stands for any text. */
  readonly pattern: string;
  readonly rank: number;
}

export interface LevelRules {
  /** Rank of what no rule names; `undefined` when nothing says it. */
  readonly otherwise: number | undefined;
  readonly rules: readonly LevelRule[];
}

/** As it was written, and the entries that are none. */
export interface ParsedLevels extends LevelRules {
  readonly text: string;
  readonly faults: readonly string[];
}

/** `info;db` or `info db` is no name of a logger: the entries must have been meant to be two, and the comma is missing. */
const SEPARATED_OTHERWISE = /^([a-z]+)\s*[;|&\s]/i;

function isMeantAsTwo(pattern: string): boolean {
  const first = SEPARATED_OTHERWISE.exec(pattern)?.[1];
  return pattern.includes('=') || (first !== undefined && rankOf(first) !== undefined);
}

export function parseLevels(text: string): ParsedLevels {
  let otherwise: number | undefined;
  const rules: LevelRule[] = [];
  const faults: string[] = [];
  for (const entry of text.split(',').map((part) => part.trim())) {
    if (entry === '') continue;
    const equals = entry.lastIndexOf('=');
    const rank = rankOf(entry.slice(equals + 1).trim());
    const pattern = entry.slice(0, Math.max(0, equals)).trim();
    if (rank === undefined || (equals !== -1 && pattern === '') || isMeantAsTwo(pattern)) faults.push(entry);
    else if (equals === -1) otherwise = rank;
    else rules.push({ pattern, rank });
  }
  return { text, otherwise, rules, faults };
}

/** The rule with the most letters that fits counts, of equals the last one. */
export function rankFor(name: string, { otherwise, rules }: LevelRules, byDefault: number): number {
  let best: LevelRule | undefined;
  for (const rule of rules)
    if (matchesPattern(name, rule.pattern) && (best === undefined || patternWeight(rule.pattern) >= patternWeight(best.pattern)))
      best = rule;
  return best?.rank ?? otherwise ?? byDefault;
}
