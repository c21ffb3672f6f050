/** Language models: requests, errors, tokens, caches. */
import { AI_METRICS } from '../../../names/metrics/ai.ts';
import { AI_MODEL, AI_PROVIDER, AI_TOKEN_TYPE, CACHE_RESULT } from '../../alerts/labels.ts';
import type { Dashboard } from '../dashboard.ts';
import { fromAlert, legend, quantiles, rateOf } from '../panels.ts';

export const AI: Dashboard = {
  name: 'ai',
  title: 'AI',
  description: 'Requests to language models: how many, how long, which fail, and how many tokens they cost.',
  rows: [
    {
      title: 'Requests',
      panels: [
        rateOf((query) => query.count(AI_METRICS.duration), [AI_PROVIDER, AI_MODEL], {
          title: 'Requests in a second',
          description: 'By provider and model.',
        }),
        fromAlert('AiErrorRate', { title: 'Part that fails', description: 'By provider and model.' }),
        fromAlert('AiLatencyHigh', { title: 'Slowest twentieth (p95)', description: 'By provider and model.' }),
        quantiles(AI_METRICS.duration, [AI_MODEL], {
          title: 'Duration',
          description: 'A dot is a request: it opens its trace.',
          unit: 's',
        }),
        fromAlert('AiUsage', { title: 'Requests in an hour', description: 'Of a service.' }),
        quantiles(AI_METRICS.responseLength, [AI_MODEL], { title: 'Length of an answer', description: 'In characters.', unit: 'short' }),
      ],
    },
    {
      title: 'Tokens',
      panels: [
        rateOf((query) => query.total(AI_METRICS.tokens), [AI_MODEL, AI_TOKEN_TYPE], {
          title: 'Tokens in a second',
          description: 'By model; `input` is what is asked, `output` what is answered.',
        }),
        fromAlert('AiTokensHigh', {
          title: 'Tokens in an hour',
          description: 'By provider and model. With `prices` in signalbox.config the alert AiCostHigh watches what they cost.',
          alsoWatchedBy: ['AiCostHigh'],
        }),
        quantiles(AI_METRICS.tokens, [AI_TOKEN_TYPE], { title: 'Tokens of a request', description: 'All models.', unit: 'short' }),
        rateOf((query) => query.of(AI_METRICS.cacheLookups), [AI_MODEL, CACHE_RESULT], {
          title: 'Look-ups in the cache of answers',
          description: 'By model and result.',
          width: 12,
        }),
        {
          title: 'Answers from the cache',
          description: 'Part of the look-ups that found one.',
          unit: 'percentunit',
          width: 12,
          ask: (query) => [
            {
              expression: query.share(
                [AI_MODEL],
                query.of(AI_METRICS.cacheLookups, [`${CACHE_RESULT}="hit"`]),
                query.of(AI_METRICS.cacheLookups),
              ),
              legend: legend(AI_MODEL),
            },
          ],
        },
      ],
    },
  ],
};
