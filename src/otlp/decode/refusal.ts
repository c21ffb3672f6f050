/** Reasons not to take a request, or one record of it. */

/** A request that is not accepted. Both protocols answer it, each in its own way. */
export class Refusal extends Error {
  readonly httpStatus: number;
  readonly grpcStatus: number;

  constructor(httpStatus: number, grpcStatus: number, message: string) {
    super(message);
    this.httpStatus = httpStatus;
    this.grpcStatus = grpcStatus;
  }
}

/** A refusal whose message says what, what it must be and what it was; what happens now is added here. */
export function refusal(httpStatus: number, grpcStatus: number, message: string): Refusal {
  return new Refusal(httpStatus, grpcStatus, `${message} The request was dropped.`);
}

export const malformed = (message: string): Refusal => refusal(400, 3, message);
export const forbidden = (message: string): Refusal => refusal(403, 7, message);
export const tooLarge = (message: string): Refusal => refusal(413, 8, message);
export const unsupportedEncoding = (message: string): Refusal => refusal(415, 12, message);

/** One record that is malformed while the request around it is whole. Only this record is dropped. */
export class BadRecord extends Error {}

/** The sender left before its request was whole: nobody waits for an answer. */
export class Gone extends Error {}

/** What `value` looks like in a message: its kind, and the value itself only when short and plain. */
export function describe(value: unknown): string {
  if (typeof value === 'string') return value.length <= 40 ? JSON.stringify(value) : `a string of ${value.length} characters`;
  if (Array.isArray(value)) return 'an array';
  return value !== null && typeof value === 'object' ? 'an object' : String(value);
}
