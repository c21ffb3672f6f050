/** Reasons not to take a request, or one record of it. */

/** A request that is not taken. Both protocols answer it, each in its own way. */
export class Refusal extends Error {
  readonly httpStatus: number;
  readonly grpcStatus: number;

  constructor(httpStatus: number, grpcStatus: number, message: string) {
    super(message);
    this.httpStatus = httpStatus;
    this.grpcStatus = grpcStatus;
  }
}

export const malformed = (message: string): Refusal => new Refusal(400, 3, `${message} The request was dropped.`);
export const forbidden = (message: string): Refusal => new Refusal(403, 7, `${message} The request was dropped.`);
export const tooLarge = (message: string): Refusal => new Refusal(413, 8, `${message} The request was dropped.`);
export const unsupportedEncoding = (message: string): Refusal => new Refusal(415, 12, `${message} The request was dropped.`);

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
