/** Calls of language models. */
import { AI_METRICS } from '../../../names/metrics/ai.ts';
import { differs, equals } from '../../promql.ts';
import type { AlertRow, Setting } from '../alert-row.ts';
import { AI_MODEL, AI_PROVIDER, AI_TOKEN_TYPE, CACHE_RESULT, ERROR_TYPE } from '../labels.ts';
import type { Query } from '../query.ts';

const NEEDS = '`aiMetrics()`, or the instrumentation of openai';
const CALLS = AI_METRICS.duration;
const LABELS = [AI_PROVIDER, AI_MODEL];
const HOUR_SECONDS = 3600;
const MILLION = 1_000_000;
const minCalls: Record<string, Setting> = { minCalls: { value: 10, meaning: 'with fewer calls in the window it is silent' } };
const enough = (query: Query): string => `${query.sum(LABELS, query.increase(query.count(CALLS)))} >= ${query.setting('minCalls')}`;

const calls: readonly [string, (query: Query) => string] = ['Calls a second', (query) => query.sum(LABELS, query.rate(query.count(CALLS)))];
const errors: readonly [string, (query: Query) => string] = [
  'Which errors',
  (query) => query.sum([...LABELS, ERROR_TYPE], query.rate(query.count(CALLS, differs(ERROR_TYPE, '')))),
];
const tokens: readonly [string, (query: Query) => string] = [
  'Tokens in an hour, by kind',
  (query) => query.sum([...LABELS, AI_TOKEN_TYPE], query.increase(query.total(AI_METRICS.tokens), HOUR_SECONDS)),
];
const hits: readonly [string, (query: Query) => string] = [
  'What the cache saves',
  (query) => query.sum([CACHE_RESULT], query.rate(query.of(AI_METRICS.cacheLookups))),
];

export const AI_ALERTS: readonly AlertRow[] = [
  {
    name: 'AiErrorRate',
    needs: NEEDS,
    scope: 'service',
    unit: 'ratio',
    thresholds: { critical: 0.5, warning: 0.05 },
    for: 300,
    keepFiringFor: 300,
    settings: minCalls,
    labels: LABELS,
    measure: (query) => query.share(LABELS, query.count(CALLS, differs(ERROR_TYPE, '')), query.count(CALLS)),
    guard: enough,
    summary: '{service}: {value} of the calls of {gen_ai_request_model} fail',
    description:
      '{value} of the calls of {service} to {gen_ai_request_model} ({gen_ai_provider_name}) failed in the last {window}; the limit is {threshold}.',
    dashboard: 'ai',
    traces: 'failed',
    runbook: {
      means:
        'Calls of a model fail: the provider is away or limits (429), the key has expired, the budget is used up, or a prompt is too long.',
      look: [errors, calls, ['How long calls take', (query) => query.quantile(0.95, LABELS, CALLS)]],
      mitigate: [
        'Look at the status page of the provider; change to the other model or provider.',
        '429: fewer at once, with pauses.',
        '401, 403: key or budget.',
      ],
    },
  },
  {
    name: 'AiLatencyHigh',
    needs: NEEDS,
    scope: 'service',
    unit: 'seconds',
    thresholds: { warning: 30 },
    for: 600,
    keepFiringFor: 300,
    settings: minCalls,
    labels: LABELS,
    measure: (query) => query.quantile(0.95, LABELS, CALLS),
    guard: enough,
    summary: '{service}: {gen_ai_request_model} takes {value}',
    description:
      'The 95th percentile of the time that {gen_ai_request_model} ({gen_ai_provider_name}) takes to answer {service} is {value}; the limit is {threshold}.',
    dashboard: 'ai',
    traces: 'slow',
    runbook: {
      means: 'A model answers slowly: the provider has load, prompts or answers have become longer, or reasoning takes more.',
      look: [['How long most take', (query) => query.quantile(0.5, LABELS, CALLS)], tokens, calls],
      mitigate: [
        'Change to a faster model.',
        'Shorten the prompt, limit the answer (`max_tokens`).',
        'Stream the answer, so that the user sees it begin.',
      ],
    },
  },
  {
    name: 'AiTokensHigh',
    needs: NEEDS,
    scope: 'service',
    unit: 'number',
    thresholds: { warning: 5_000_000 },
    for: 0,
    keepFiringFor: 900,
    labels: LABELS,
    measure: (query) => query.sum(LABELS, query.increase(query.total(AI_METRICS.tokens), HOUR_SECONDS)),
    summary: '{service}: {value} tokens of {gen_ai_request_model} in an hour',
    description:
      '{service} used {value} tokens of {gen_ai_request_model} ({gen_ai_provider_name}) in the last hour; the limit is {threshold}.',
    dashboard: 'ai',
    runbook: {
      means: 'Far more tokens are used than planned: a loop of an agent, a prompt that holds too much, or many users.',
      look: [tokens, calls, hits],
      mitigate: [
        'Tokens for each call grow: look at what is put into the prompt.',
        'Calls grow: one user or a loop? Limit the steps of an agent.',
        'Set a limit at the provider.',
      ],
    },
  },
  {
    name: 'AiCostHigh',
    needs: `${NEEDS}, and \`prices\` in the settings`,
    scope: 'service',
    unit: 'number',
    thresholds: { critical: 50, warning: 10 },
    for: 0,
    keepFiringFor: 900,
    labels: [],
    measure: cost,
    summary: '{service} spends {value} USD an hour on models',
    description:
      'The tokens that {service} used in the last hour cost {value} US dollars at the prices of the settings; the limit is {threshold}.',
    dashboard: 'ai',
    runbook: {
      means:
        'The tokens of the last hour cost more than planned, at the prices in the settings. Models without a price there are not in it.',
      look: [tokens, calls, hits],
      mitigate: [
        'As for [AiTokensHigh](AiTokensHigh.md).',
        'A cheaper model for what needs no large one.',
        'Prices changed: mend them in the settings.',
      ],
    },
  },
  {
    name: 'AiUsage',
    needs: NEEDS,
    scope: 'service',
    unit: 'number',
    thresholds: { info: 1000 },
    for: 0,
    keepFiringFor: 900,
    labels: [],
    measure: (query) => query.sum([], query.increase(query.count(CALLS), HOUR_SECONDS)),
    summary: '{service}: {value} calls of models in the last hour',
    description: '{service} called models {value} times in the last hour; told from {threshold} on.',
    dashboard: 'ai',
    runbook: {
      means: 'For information: models are used much.',
      look: [calls, tokens, hits],
      mitigate: ['Nothing to do. Not of interest: `alerts: { AiUsage: false }`.'],
    },
  },
];

/** Each price is asked for by itself, and what has one is added up. */
function cost(query: Query): string | undefined {
  const terms = Object.entries(query.prices).flatMap(([model, price]) =>
    (['input', 'output'] as const).map((type) => {
      const used = query.increase(query.total(AI_METRICS.tokens, equals(AI_MODEL, model), equals(AI_TOKEN_TYPE, type)), HOUR_SECONDS);
      return `${used} * ${price[type] / MILLION}`;
    }),
  );
  return terms.length === 0 ? undefined : query.sum([], `\n  ${terms.join('\n  or\n  ')}\n`);
}
