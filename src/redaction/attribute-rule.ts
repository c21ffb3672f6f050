/** What is done with values under a key: decided by the key alone, once for each. */
import { KEPT_KEYS, KEYS_OF_FEW_VALUES } from '../names/common-keys.ts';
import { HTTP_ROUTE } from '../names/attributes.ts';
import { hasOwnPatterns } from './own-patterns.ts';
import { isKeptName, isOwnSecretName, secrecyOf, wordsOf } from './secret-names.ts';

/** What is done with values under a key. */
export type Rule =
  | 'keep'
  | 'kept by name'
  | 'patterns only'
  | 'text'
  | 'few texts'
  | 'measure'
  | 'url'
  | 'url query'
  | 'route'
  | 'database query'
  | 'graphql'
  | 'raw headers'
  | 'hide keys'
  | 'hide text'
  | 'hide';

const URL_WORD = /\b(?:urls?|uri|href|path|target|referr?er|location|endpoint)$|^http request header origin$|^url (?:full|path|original)$/;
const QUERY_STRING_WORD =
  /^(?:url|http|req|request) (?:query|search)$|^url fragment$|\b(?:query ?string|query ?params|search ?params)$|^qs$/;
const DATABASE_WORD =
  /\b(?:statement|stmt|sql|sql (?:query|text)|query text)$|^query$|\b(?:db|sql|prisma|pg|postgres|mysql|mongo|mongodb|redis|database) (?:query|command)$/;
const GRAPHQL_WORD = /\b(?:graphql|gql) (?:source|document|query)$/;
/** Values that were bound to a statement, one under each key or all together. */
const BOUND_VALUES =
  /\b(?:db|sql|pg|mysql|sqlite|mssql|knex|typeorm|sequelize|drizzle|prisma|query|statement)\b(?:.*) (?:parameters?|params|values|bindings?|binds?)(?: \w+){0,3}$|^graphql(?: operation)? variables\b|^bindings$/;
/** Numbers that may have as many digits as a card. */
const MEASURE_WORD = /\b(?:[nuµm]s|nanos|micros|millis|seconds|bytes|time|timestamp|duration|elapsed|offset|size|count|total)$/;

/** What is done with values under a name that makes so much of them secret. */
const HIDING = { 'text like a key': 'hide keys', text: 'hide text', 'text and numbers': 'hide' } as const;

const MAX_KEY_LENGTH = 256;
const MAX_KEYS = 2000;

const rules = new Map<string, Rule>();

/** When keys are judged otherwise from now on. */
export function forgetRules(): void {
  rules.clear();
}

export function ruleOfKey(key: string): Rule {
  return rules.get(key) ?? learnRule(key);
}

function learnRule(key: string): Rule {
  const rule = ruleOf(key.slice(-MAX_KEY_LENGTH));
  if (key.length <= MAX_KEY_LENGTH) {
    if (rules.size === MAX_KEYS) rules.clear();
    rules.set(key, rule);
  }
  return rule;
}

function ruleOf(key: string): Rule {
  if (isOwnSecretName(key)) return 'hide';
  if (isKeptName(key)) return 'kept by name';
  if (KEPT_KEYS.has(key)) return hasOwnPatterns() ? 'patterns only' : 'keep';
  const secrecy = secrecyOf(key);
  if (secrecy !== 'none') return HIDING[secrecy];
  if (key === HTTP_ROUTE) return 'route';
  if (KEYS_OF_FEW_VALUES.has(key)) return 'few texts';
  const words = wordsOf(key);
  if (GRAPHQL_WORD.test(words)) return 'graphql';
  if (BOUND_VALUES.test(words)) return 'hide';
  if (QUERY_STRING_WORD.test(words)) return 'url query';
  if (DATABASE_WORD.test(words)) return 'database query';
  if (/\braw ?headers$/.test(words)) return 'raw headers';
  if (MEASURE_WORD.test(words)) return 'measure';
  return URL_WORD.test(words) ? 'url' : 'text';
}

/** Everything inside something secret is secret, and so is everything that was asked for or bound by name. */
export function ruleInside(rule: Rule, key: string): Rule {
  if (rule === 'hide' || rule === 'url query' || rule === 'database query') return 'hide';
  if (rule === 'hide text' || rule === 'hide keys') return rule;
  const own = ruleOfKey(key);
  return own === 'keep' || own === 'patterns only' ? 'text' : own;
}
