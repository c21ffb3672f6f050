/**
 * What of an operation of the AI SDK is recorded. Never what was said in it: what is published has all of that too.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/gen-ai/
 */
import type { Attributes } from '@opentelemetry/api';
import {
  GEN_AI_OPERATION_NAME,
  GEN_AI_PROVIDER_NAME,
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
  GEN_AI_TOOL_CALL_ID,
  GEN_AI_TOOL_NAME,
  GEN_AI_USAGE_INPUT_TOKENS,
  GEN_AI_USAGE_OUTPUT_TOKENS,
} from '../../names/attributes.ts';

type Json = Readonly<Record<string, unknown>>;

/** An operation, as it begins. */
export interface Asked {
  readonly name: string;
  /** Whether a model is asked, which is measured; else it is a part of the application's own work. */
  readonly isClient: boolean;
  /** Of the span, and of the metrics where a model is asked. */
  readonly common: Attributes;
  /** Of the span alone. */
  readonly more: Attributes;
}

/** What the end of an operation tells. */
export interface Answered {
  readonly attributes: Attributes;
  readonly model?: string;
  readonly inputTokens?: number;
  readonly outputTokens?: number;
}

/** Calls of a model by the SDK's name of the kind, and the name of the operation by the conventions. */
const OPERATIONS: Readonly<Record<string, string>> = { languageModelCall: 'chat', embed: 'embeddings', embedMany: 'embeddings' };
const NUMBERS: Readonly<Record<string, string>> = {
  frequencyPenalty: GEN_AI_REQUEST_FREQUENCY_PENALTY,
  maxOutputTokens: GEN_AI_REQUEST_MAX_TOKENS,
  presencePenalty: GEN_AI_REQUEST_PRESENCE_PENALTY,
  temperature: GEN_AI_REQUEST_TEMPERATURE,
  topP: GEN_AI_REQUEST_TOP_P,
};
/** Where the convention's name of a provider is not the beginning of the SDK's. */
const PROVIDERS: Readonly<Record<string, string>> = {
  'amazon-bedrock': 'aws.bedrock',
  azure: 'azure.ai.openai',
  google: 'gcp.gemini',
  mistral: 'mistral_ai',
  vertex: 'gcp.vertex_ai',
  xai: 'x_ai',
};

/** @returns `undefined` for a step, which is no work beside the calls in it. */
export function describeOperation(type: unknown, event: unknown): Asked | undefined {
  if (typeof type !== 'string' || type === 'step') return undefined;
  const asked = objectIn(event);
  if (type === 'executeTool') return describeTool(objectIn(asked['toolCall']));
  const operation = OPERATIONS[type];
  const { modelId, operationId, provider, stopSequences } = asked;
  const common: Attributes = operation === undefined ? {} : { [GEN_AI_OPERATION_NAME]: operation };
  if (typeof provider === 'string') common[GEN_AI_PROVIDER_NAME] = providerOf(provider);
  if (typeof modelId === 'string') common[GEN_AI_REQUEST_MODEL] = modelId;
  const more: Attributes = {};
  for (const [key, attribute] of Object.entries(NUMBERS)) if (typeof asked[key] === 'number') more[attribute] = asked[key];
  if (Array.isArray(stopSequences)) more[GEN_AI_REQUEST_STOP_SEQUENCES] = stopSequences.map(String);
  if (operation === undefined) return { name: typeof operationId === 'string' ? operationId : `ai.${type}`, isClient: false, common, more };
  return { name: typeof modelId === 'string' ? `${operation} ${modelId}` : operation, isClient: true, common, more };
}

function describeTool({ toolCallId, toolName }: Json): Asked {
  const common: Attributes = { [GEN_AI_OPERATION_NAME]: 'execute_tool' };
  if (typeof toolName === 'string') common[GEN_AI_TOOL_NAME] = toolName;
  const more: Attributes = typeof toolCallId === 'string' ? { [GEN_AI_TOOL_CALL_ID]: toolCallId } : {};
  return { name: typeof toolName === 'string' ? `execute_tool ${toolName}` : 'execute_tool', isClient: false, common, more };
}

/** The SDK's name is that of a provider and of a kind of model: `openai.responses`. */
function providerOf(provider: string): string {
  const [name = provider] = provider.split('.');
  return PROVIDERS[name] ?? name;
}

/** @param result - of the call of a model, or what is told of the end of its stream. */
export function readResult(result: unknown): Answered {
  const { finishReason, modelId, response, responseId, totalUsage, usage } = objectIn(result);
  const { id = responseId, modelId: model = modelId } = objectIn(response);
  const { inputTokens: input, outputTokens: output, tokens } = objectIn(usage ?? totalUsage);
  const [inputTokens, outputTokens] = [numberIn(input) ?? numberIn(tokens), numberIn(output)];
  const attributes: Attributes = {};
  if (typeof id === 'string') attributes[GEN_AI_RESPONSE_ID] = id;
  if (typeof model === 'string') attributes[GEN_AI_RESPONSE_MODEL] = model;
  if (inputTokens !== undefined) attributes[GEN_AI_USAGE_INPUT_TOKENS] = inputTokens;
  if (outputTokens !== undefined) attributes[GEN_AI_USAGE_OUTPUT_TOKENS] = outputTokens;
  const reason = typeof finishReason === 'string' ? finishReason : objectIn(finishReason)['unified'];
  if (typeof reason === 'string') attributes[GEN_AI_RESPONSE_FINISH_REASONS] = [reason];
  return {
    attributes,
    ...(typeof model === 'string' ? { model } : {}),
    ...(inputTokens === undefined ? {} : { inputTokens }),
    ...(outputTokens === undefined ? {} : { outputTokens }),
  };
}

/** What a tool threw is part of its result. */
export function errorOfTool(result: unknown): unknown {
  const { error, type } = objectIn(objectIn(result)['output']);
  return type === 'tool-error' ? (error ?? 'tool-error') : undefined;
}

export function isStreaming(result: unknown): boolean {
  return typeof objectIn(result)['stream'] === 'object';
}

/** A model gives the parts of a number too, the SDK the number alone. */
function numberIn(value: unknown): number | undefined {
  const number = typeof value === 'object' && value !== null ? (value as Json)['total'] : value;
  return typeof number === 'number' && !Number.isNaN(number) ? number : undefined;
}

function objectIn(value: unknown): Json {
  return typeof value === 'object' && value !== null ? (value as Json) : {};
}
