/** Whether calls of gRPC, which are streams of HTTP/2, have spans of their own: then the stream has none. */
export const grpc = { isWatched: false };
