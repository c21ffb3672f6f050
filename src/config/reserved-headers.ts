/** What the protocol itself decides; set by a user, these would break the request. */
const RESERVED =
  /^(?:connection|content-(?:encoding|length|type)|keep-alive|proxy-connection|te|trailer|transfer-encoding|upgrade|grpc-.*|:.*|__proto__)$/i;

/** Whether a header says how the very message is sent that it would be set for. */
export function isReservedHeader(name: string): boolean {
  return RESERVED.test(name);
}
