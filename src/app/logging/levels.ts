/** Which levels are written, by name of logger; may change at any time. */
import { parseLevels, rankFor, type LevelRules } from '../../config/log-levels.ts';
import { LEVELS, RANK_INFO } from '../../names/log-levels.ts';

interface LevelState {
  rules: LevelRules;
  /** Grows with each change, so that loggers find out at their next call. */
  version: number;
}

const state: LevelState = { rules: { otherwise: RANK_INFO, rules: [] }, version: 0 };

export function levelsVersion(): number {
  return state.version;
}

export function levelFor(name: string): number {
  return rankFor(name, state.rules, RANK_INFO);
}

export function setLevelRules(rules: LevelRules): void {
  state.rules = rules;
  state.version++;
}

/** A single logger has another level now, and its children with it. */
export function touchLevels(): void {
  state.version++;
}

/**
 * Change what is written while the process runs.
 *
 * @param levels - as `LOG_LEVEL`: `debug`, or `info,db=debug,http.*=warn`. Takes the place of all that was said before.
 * @throws a `TypeError` for what is no level; nothing changes then.
 */
export function setLogLevel(levels: string): void {
  const { faults, otherwise, rules } = parseLevels(String(levels));
  if (faults.length > 0 || (otherwise === undefined && rules.length === 0))
    throw new TypeError(`Levels must be ${LEVELS.join(', ')} or none, and name=level for single loggers, got ${JSON.stringify(levels)}.`);
  setLevelRules({ otherwise, rules });
}
