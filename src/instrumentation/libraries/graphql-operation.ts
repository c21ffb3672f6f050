/**
 * What the span of a GraphQL operation says.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/graphql/graphql-spans/
 */
import type { Attributes, Exception, Span } from '@opentelemetry/api';
import { ERROR_TYPE, GRAPHQL_DOCUMENT, GRAPHQL_OPERATION_NAME, GRAPHQL_OPERATION_TYPE } from '../../names/attributes.ts';
import { STATUS_ERROR } from '../../names/otel.ts';
import { redactGraphql } from '../../redaction/redact-graphql.ts';
import { attempt } from '../../runtime/contain.ts';
import { errorTypeOf, messageOf, textOf } from '../http/http-semantics.ts';

interface Definition {
  readonly kind?: unknown;
  readonly operation?: unknown;
  readonly name?: { readonly value?: unknown };
}

/** A parsed document, as the application may have made it: nothing in it need be there. */
export interface Document {
  readonly definitions?: readonly Definition[];
  readonly loc?: { readonly source?: { readonly body?: unknown } };
}

export interface Described {
  readonly name: string;
  readonly attributes: Attributes;
}

const WITHOUT_OPERATION = 'GraphQL Operation';
const MOST_EXCEPTIONS = 5;
/** In messages of GraphQL's own: what follows is a value of the document or of the variables. */
const VALUE_IN_MESSAGE = /(\b(?:found|got invalid value|value:)) [^]*/;

/** Servers keep their documents and execute them again and again. */
const redacted = new WeakMap<object, string>();

/** @param allowValues - whether the literals of the document are recorded. */
export function describeOperation(document: Document | undefined, operationName: unknown, allowValues: boolean): Described {
  const operation = operationOf(document, operationName);
  const attributes: Attributes = {};
  const type = textIn(operation?.operation);
  const name = textIn(operation?.name?.value);
  if (type !== undefined) attributes[GRAPHQL_OPERATION_TYPE] = type;
  if (name !== undefined) attributes[GRAPHQL_OPERATION_NAME] = name;
  const text = document === undefined ? undefined : textOfDocument(document, allowValues);
  if (text !== undefined) attributes[GRAPHQL_DOCUMENT] = text;
  return { name: type === undefined ? WITHOUT_OPERATION : name === undefined ? type : `${type} ${name}`, attributes };
}

/** Whether `document` asks for something, and is no schema. */
export function hasOperation(document: unknown): boolean {
  return attempt(() => operationsIn(document as Document).length > 0, false) ?? false;
}

function operationsIn(document: Document | undefined): Definition[] {
  const definitions = document?.definitions;
  return Array.isArray(definitions) ? definitions.filter((definition: Definition) => definition?.kind === 'OperationDefinition') : [];
}

function operationOf(document: Document | undefined, operationName: unknown): Definition | undefined {
  const operations = operationsIn(document);
  if (operationName === undefined || operationName === null) return operations.length === 1 ? operations[0] : undefined;
  return operations.find(({ name }) => name?.value === operationName);
}

function textOfDocument(document: Document, allowValues: boolean): string | undefined {
  const body = textIn(document.loc?.source?.body);
  if (body === undefined || allowValues) return body;
  const known = redacted.get(document);
  if (known !== undefined) return known;
  const text = redactGraphql(body);
  redacted.set(document, text);
  return text;
}

function textIn(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** Make `span` one of a failure: of what was thrown, or of the errors in a result. */
export function recordErrors(span: Span, errors: readonly unknown[]): void {
  for (const [index, error] of errors.slice(0, MOST_EXCEPTIONS).entries()) {
    const original = originalOf(error);
    // GraphQL's own answer to a bad request: its stack tells nothing, and its text has values of the request in it.
    const isOfGraphql = textOf(original, 'name') === 'GraphQLError';
    if (!isOfGraphql) span.recordException(original as Exception);
    if (index > 0) continue;
    const message = messageOf(error);
    span.setStatus({ code: STATUS_ERROR, message: isOfGraphql ? withoutValues(message) : message });
    span.setAttribute(ERROR_TYPE, errorTypeOf(original));
  }
}

/** What a resolver threw, inside the errors that GraphQL put around it. */
function originalOf(error: unknown): unknown {
  const original = attempt(() => (error as { originalError?: unknown }).originalError) ?? undefined;
  return original === undefined || original === error ? error : originalOf(original);
}

/** The errors of a result; of an incremental one, those of its first part. */
export function errorsOf(result: unknown): readonly unknown[] {
  const given = attempt(() => {
    const { errors, initialResult } = result as { errors?: unknown; initialResult?: { errors?: unknown } };
    return errors ?? initialResult?.errors;
  });
  return Array.isArray(given) ? given : [];
}

function withoutValues(message: string): string {
  return message.replace(VALUE_IN_MESSAGE, '$1 ?');
}
