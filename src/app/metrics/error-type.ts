import { ERROR_TYPE } from '../../names/attributes.ts';
import { typeOfError } from '../../values/exception-facts.ts';
import { labelOf, limited } from './label-values.ts';

/**
 * What `error.type` says of something thrown: its code or class, never its message. `_OTHER` for what has neither, and for
 * more than 100 different ones.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/registry/attributes/error/
 */
export function errorType(error: unknown): string {
  const type = typeOfError(error);
  // A SQLSTATE, a status of HTTP.
  return type !== undefined && /^[\dA-Z]{3,5}$/.test(type) ? limited(ERROR_TYPE, type) : labelOf(ERROR_TYPE, type);
}
