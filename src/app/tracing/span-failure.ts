/** What an error leaves on the span that it ends. */
import type { Attributes, Exception, Span } from '@opentelemetry/api';
import { ERROR_TYPE, EXCEPTION_MESSAGE, EXCEPTION_TYPE } from '../../names/attributes.ts';
import { EXCEPTION, STATUS_ERROR } from '../../names/otel.ts';
import { attempt, contained } from '../../runtime/contain.ts';
import { exceptionFacts, typeOfError } from '../../values/exception-facts.ts';
import { isExpected } from './expected-errors.ts';

/**
 * Record `error` on `span`: an event `exception`, the attribute `error.type`, the status. Nothing for an expected one, which is
 * an ordinary way to end. The error is not changed; never throws.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/general/recording-errors/
 */
export function recordFailure(span: Span, error: unknown, expected?: (error: unknown) => boolean): void {
  try {
    if (isExpected(error, expected)) return;
    const facts = exceptionFacts(error);
    if (facts?.type === undefined && facts?.message === undefined) span.addEvent(EXCEPTION, describeOther(error));
    else span.recordException(error as Exception);
    span.setAttribute(ERROR_TYPE, typeOfError(error) ?? typeOfOther(error));
    span.setStatus(facts?.message === undefined ? { code: STATUS_ERROR } : { code: STATUS_ERROR, message: facts.message });
  } catch (failure) {
    contained('recording an error on a span', failure);
  }
}

/** `throw undefined` is a failure as well, of which nothing is known but its type. */
function describeOther(error: unknown): Attributes {
  const type = typeOfOther(error);
  return { [EXCEPTION_TYPE]: type, [EXCEPTION_MESSAGE]: `thrown: ${attempt(() => String(error), type)}` };
}

function typeOfOther(error: unknown): string {
  return error === null ? 'null' : typeof error;
}
