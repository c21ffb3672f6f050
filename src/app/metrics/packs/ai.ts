import {
  CACHE_RESULT,
  ERROR_TYPE,
  GEN_AI_OPERATION_NAME,
  GEN_AI_PROVIDER_NAME,
  GEN_AI_REQUEST_MODEL,
  GEN_AI_TOKEN_TYPE,
} from '../../../names/attributes.ts';
import { AI_METRICS } from '../../../names/metrics/ai.ts';
import { attempt } from '../../../runtime/contain.ts';
import { counterOf, recorderOf, type Given } from '../pack-instruments.ts';
import { quiet } from '../quiet.ts';
import { ownOptions } from '../own-copy.ts';
import { measure } from './measure.ts';

type Operation = NonNullable<Given<typeof AI_METRICS.cacheLookups>[typeof GEN_AI_OPERATION_NAME]>;

export interface AiOptions {
  /** As the conventions name it: `openai`, `anthropic`. */
  readonly provider: string;
  readonly model: string;
  /** @default 'chat' */
  readonly operation?: Operation;
}

export interface AiAnswer {
  readonly inputTokens?: number | undefined;
  readonly outputTokens?: number | undefined;
  /** Its length is recorded, and nothing else of it. */
  readonly text?: string | undefined;
}

export interface AiMetrics {
  /**
   * Run one operation: duration, failure, tokens and length of the answer. What it returns and throws is passed on.
   *
   * @param read - what there is to record of the result. Default: as the APIs of OpenAI and Anthropic answer.
   */
  call<T>(fn: () => T, read?: (result: Awaited<T>) => AiAnswer): T;
  /** Of an answer that was got otherwise: a stream. */
  answered(answer: AiAnswer): void;
  /** An answer was looked up among earlier ones. */
  cacheHit(): void;
  cacheMiss(): void;
}

const durations = recorderOf(AI_METRICS.duration);
const tokens = recorderOf(AI_METRICS.tokens);
const lookups = counterOf(AI_METRICS.cacheLookups);
const lengths = recorderOf(AI_METRICS.responseLength);

/** For models that no instrumentation records; that of `openai` records durations and tokens by itself. */
export function aiMetrics(options: AiOptions): AiMetrics {
  const { model, operation = 'chat', provider } = ownOptions(options);
  const given = { [GEN_AI_OPERATION_NAME]: operation, [GEN_AI_PROVIDER_NAME]: provider, [GEN_AI_REQUEST_MODEL]: model } as const;
  const answered = (answer: AiAnswer): void => {
    const { inputTokens, outputTokens, text } = ownOptions(answer);
    if (inputTokens !== undefined) tokens.record(inputTokens, { ...given, [GEN_AI_TOKEN_TYPE]: 'input' });
    if (outputTokens !== undefined) tokens.record(outputTokens, { ...given, [GEN_AI_TOKEN_TYPE]: 'output' });
    if (typeof text === 'string') lengths.record(text.length, given);
  };
  return {
    call: (fn, read = readAnswer) =>
      measure(fn, ({ errorType, result, seconds }) => {
        durations.record(seconds, { ...given, [ERROR_TYPE]: errorType });
        if (errorType === undefined) answered(read(result as never));
      }),
    ...quiet({
      answered,
      cacheHit: () => lookups.add(1, { ...given, [CACHE_RESULT]: 'hit' }),
      cacheMiss: () => lookups.add(1, { ...given, [CACHE_RESULT]: 'miss' }),
    }),
  };
}

interface KnownAnswer {
  readonly usage?: Readonly<Record<string, number>>;
  readonly output_text?: string;
  readonly choices?: readonly { readonly message?: { readonly content?: string } }[];
  readonly content?: readonly { readonly text?: string }[];
}

function readAnswer(result: unknown): AiAnswer {
  return (
    attempt(() => {
      const { choices, content, output_text, usage = {} } = Object(result) as KnownAnswer;
      return {
        inputTokens: usage['input_tokens'] ?? usage['prompt_tokens'],
        outputTokens: usage['output_tokens'] ?? usage['completion_tokens'],
        text: output_text ?? choices?.[0]?.message?.content ?? content?.map(({ text = '' }) => text).join(''),
      };
    }) ?? {}
  );
}
