import type { CheckAnswer } from '../check.ts';
import { optionsOf } from '../../../values/options.ts';

type List = (...args: unknown[]) => PromiseLike<unknown>;
/** A client of `openai` or `@anthropic-ai/sdk`. */
export interface LlmClient {
  readonly models: { list: unknown; retrieve?: unknown };
}

export interface LlmCheckOptions {
  /** A model that must be there. @default any: the endpoint lists its models */
  readonly model?: string;
}

/**
 * The endpoint of a language model answers, and knows the model. Nothing is generated: it costs no tokens.
 *
 * @example health.register('llm', llmCheck(openai, { model: 'gpt-5' }), { critical: false, timeoutMs: 3000, cacheMs: 30_000 });
 */
export function llmCheck(client: LlmClient, options?: LlmCheckOptions): (signal: AbortSignal) => Promise<CheckAnswer> {
  const { model } = optionsOf(options);
  return async (signal) => {
    // Anthropic's methods take parameters before the options of the request.
    const parameters = 'messages' in client ? [{}] : [];
    const request = { signal, maxRetries: 0 };
    const { models } = client;
    if (model !== undefined) await (models.retrieve as List).call(models, model, ...parameters, request);
    else await (models.list as List).call(models, ...parameters, request);
    return { details: { ...(model !== undefined && { model }) } };
  };
}
