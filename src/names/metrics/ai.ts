/** @see https://github.com/open-telemetry/semantic-conventions-genai */
import {
  CACHE_RESULT,
  ERROR_TYPE,
  GEN_AI_OPERATION_NAME,
  GEN_AI_PROVIDER_NAME,
  GEN_AI_REQUEST_MODEL,
  GEN_AI_RESPONSE_MODEL,
  GEN_AI_TOKEN_TYPE,
  SERVER_ADDRESS,
  SERVER_PORT,
} from '../attributes.ts';
import type { MetricRows } from './metric-row.ts';

const OPERATIONS = [
  'chat',
  'create_agent',
  'embeddings',
  'execute_tool',
  'generate_content',
  'invoke_agent',
  'retrieval',
  'text_completion',
] as const;
const MODEL = { [GEN_AI_OPERATION_NAME]: OPERATIONS, [GEN_AI_PROVIDER_NAME]: 'label', [GEN_AI_REQUEST_MODEL]: 'label' } as const;
/** Of the instrumentation of openai. */
const ANSWER = { [GEN_AI_RESPONSE_MODEL]: 'label', [SERVER_ADDRESS]: 'any', [SERVER_PORT]: 'any' } as const;

export const AI_METRICS = {
  duration: {
    name: 'gen_ai.client.operation.duration',
    type: 'histogram',
    unit: 's',
    description: 'How long operations of models took; those with `error.type` failed.',
    attributes: { ...MODEL, ...ANSWER, [ERROR_TYPE]: 'label' },
    buckets: [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92],
  },
  tokens: {
    name: 'gen_ai.client.token.usage',
    type: 'histogram',
    unit: '{token}',
    description: 'Tokens of each operation, by kind.',
    attributes: { ...MODEL, ...ANSWER, [GEN_AI_TOKEN_TYPE]: ['input', 'output'] },
    buckets: [1, 4, 16, 64, 256, 1024, 4096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304, 16_777_216, 67_108_864],
  },
  cacheLookups: {
    name: 'ai.cache.lookups',
    type: 'counter',
    unit: '{lookup}',
    description: 'Operations that were looked up among earlier answers.',
    attributes: { ...MODEL, [CACHE_RESULT]: ['hit', 'miss'] },
  },
  responseLength: {
    name: 'ai.response.length',
    type: 'histogram',
    unit: '{character}',
    description: 'Characters of each answer.',
    attributes: MODEL,
    buckets: [100, 250, 500, 1000, 2500, 5000, 10_000, 25_000, 50_000],
  },
} as const satisfies MetricRows;
