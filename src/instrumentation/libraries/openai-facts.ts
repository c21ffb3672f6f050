/**
 * What of a request to OpenAI, and of its response, is recorded. Never what was said in it.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/gen-ai/openai/
 */
import type { Attributes } from '@opentelemetry/api';
import {
  GEN_AI_CONVERSATION_ID,
  GEN_AI_OPERATION_NAME,
  GEN_AI_PROVIDER_NAME,
  GEN_AI_REQUEST_ENCODING_FORMATS,
  GEN_AI_REQUEST_FREQUENCY_PENALTY,
  GEN_AI_REQUEST_MAX_TOKENS,
  GEN_AI_REQUEST_MODEL,
  GEN_AI_REQUEST_PRESENCE_PENALTY,
  GEN_AI_REQUEST_STOP_SEQUENCES,
  GEN_AI_REQUEST_TEMPERATURE,
  GEN_AI_REQUEST_TOP_P,
  GEN_AI_RESPONSE_FINISH_REASONS,
  GEN_AI_RESPONSE_ID,
  GEN_AI_RESPONSE_MODEL,
  GEN_AI_USAGE_INPUT_TOKENS,
  GEN_AI_USAGE_OUTPUT_TOKENS,
  SERVER_ADDRESS,
  SERVER_PORT,
} from '../../names/attributes.ts';
import { attempt } from '../../runtime/contain.ts';

type Json = Readonly<Record<string, unknown>>;

const OPERATIONS: Readonly<Record<string, string>> = {
  '/chat/completions': 'chat',
  '/responses': 'chat',
  '/completions': 'text_completion',
  '/embeddings': 'embeddings',
};
const NUMBERS: Readonly<Record<string, string>> = {
  frequency_penalty: GEN_AI_REQUEST_FREQUENCY_PENALTY,
  presence_penalty: GEN_AI_REQUEST_PRESENCE_PENALTY,
  max_tokens: GEN_AI_REQUEST_MAX_TOKENS,
  max_completion_tokens: GEN_AI_REQUEST_MAX_TOKENS,
  max_output_tokens: GEN_AI_REQUEST_MAX_TOKENS,
  temperature: GEN_AI_REQUEST_TEMPERATURE,
  top_p: GEN_AI_REQUEST_TOP_P,
};

export interface Request {
  readonly name: string;
  /** Of the span and of the metrics. */
  readonly common: Attributes;
  /** Of the span alone. */
  readonly more: Attributes;
}

/** @returns `undefined` for a request that is no operation of a model. */
export function describeRequest(options: unknown, baseUrl: unknown): Request | undefined {
  const { method, path, body } = (options ?? {}) as Json;
  const operation = method === 'post' && typeof path === 'string' ? OPERATIONS[path] : undefined;
  if (operation === undefined) return undefined;
  const params = objectIn(body);
  const { model, encoding_format: format, stop } = params;
  const common: Attributes = { [GEN_AI_OPERATION_NAME]: operation, [GEN_AI_PROVIDER_NAME]: 'openai', ...serverIn(baseUrl) };
  if (typeof model === 'string') common[GEN_AI_REQUEST_MODEL] = model;
  const more: Attributes = {};
  for (const [key, attribute] of Object.entries(NUMBERS)) if (typeof params[key] === 'number') more[attribute] = params[key];
  if (typeof format === 'string') more[GEN_AI_REQUEST_ENCODING_FORMATS] = [format];
  if (typeof stop === 'string' || Array.isArray(stop)) more[GEN_AI_REQUEST_STOP_SEQUENCES] = [stop].flat().map(String);
  return { name: typeof model === 'string' ? `${operation} ${model}` : operation, common, more };
}

function serverIn(baseUrl: unknown): Attributes {
  const url = attempt(() => new URL(String(baseUrl)));
  if (url === undefined) return {};
  return { [SERVER_ADDRESS]: url.hostname, [SERVER_PORT]: Number(url.port) || (url.protocol === 'http:' ? 80 : 443) };
}

/** What a body, a part of a stream, or all parts together tell. */
export interface Response {
  id?: string;
  model?: string;
  conversation?: string;
  inputTokens?: number;
  outputTokens?: number;
  readonly finishReasons: string[];
}

/** Add to `response` what `body` tells: a completion, a chunk of one, an event of the responses API, or what it is about. */
export function readBody(response: Response, body: unknown): void {
  const { type, response: inner, choices, conversation, id, item: _item, model, status, usage } = objectIn(body);
  if (typeof type === 'string' && type.startsWith('response.')) {
    if (inner !== undefined) readBody(response, inner);
    return;
  }
  if (typeof id === 'string') response.id = id;
  if (typeof model === 'string') response.model = model;
  const conversationId = objectIn(conversation)['id'];
  if (typeof conversationId === 'string') response.conversation = conversationId;
  const { completion_tokens: completion, input_tokens: input, output_tokens: output, prompt_tokens: prompt } = objectIn(usage);
  const [inputTokens, outputTokens] = [input ?? prompt, output ?? completion];
  if (typeof inputTokens === 'number') response.inputTokens = inputTokens;
  if (typeof outputTokens === 'number') response.outputTokens = outputTokens;
  if (Array.isArray(choices)) {
    const reasons = choices.map((choice) => objectIn(choice)['finish_reason']);
    response.finishReasons.push(...reasons.filter((reason) => typeof reason === 'string'));
  } else if (status === 'completed' || status === 'incomplete') {
    response.finishReasons.push(
      status === 'completed' ? 'stop' : String(objectIn(objectIn(body)['incomplete_details'])['reason'] ?? status),
    );
  }
}

export function attributesOf({ conversation, finishReasons, id, inputTokens, model, outputTokens }: Response): Attributes {
  const attributes: Attributes = {};
  if (id !== undefined) attributes[GEN_AI_RESPONSE_ID] = id;
  if (model !== undefined) attributes[GEN_AI_RESPONSE_MODEL] = model;
  if (conversation !== undefined) attributes[GEN_AI_CONVERSATION_ID] = conversation;
  if (inputTokens !== undefined) attributes[GEN_AI_USAGE_INPUT_TOKENS] = inputTokens;
  if (outputTokens !== undefined) attributes[GEN_AI_USAGE_OUTPUT_TOKENS] = outputTokens;
  if (finishReasons.length > 0) attributes[GEN_AI_RESPONSE_FINISH_REASONS] = finishReasons;
  return attributes;
}

function objectIn(value: unknown): Json {
  return typeof value === 'object' && value !== null ? (value as Json) : {};
}
