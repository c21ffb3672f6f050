/** One unary call on a session and its answer. */
import type { ClientHttp2Stream, IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http2';
import type { Signal } from '../../config/config.ts';
import type { Peer, SendResult } from '../../otlp/types.ts';
import { clearTimeout, setTimeout } from '../../runtime/captured.ts';
import { MAX_ANSWER_BYTES } from './answer.ts';
import { failureOf, notGrpc, reset, retry, timedOut, type Destination } from './failure.ts';
import { resultWithoutStatus, statusResult } from './grpc-answer.ts';
import { setAlive, type GrpcSession } from './grpc-session.ts';
import { noteAnswer, wallMs } from './peer.ts';
import { timerMs, type Limit, type Sending } from './sending.ts';
import { userHeaders } from './user-headers.ts';

/** The largest number that `grpc-timeout` may hold. */
const MAX_GRPC_TIMEOUT = 99_999_999;
const REFUSED_STREAM = 7;
const CANCEL = 8;
const HTTP_1_1_REQUIRED = 13;

const PATHS: Record<Signal, string> = {
  traces: '/opentelemetry.proto.collector.trace.v1.TraceService/Export',
  metrics: '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export',
  logs: '/opentelemetry.proto.collector.logs.v1.LogsService/Export',
};

export interface GrpcSending extends Sending {
  session?: GrpcSession;
}

export interface Call {
  readonly session: GrpcSession;
  readonly userAgent: string;
  readonly destination: Destination;
  readonly peer: Peer;
  readonly sending: GrpcSending;
  readonly message: Uint8Array;
  readonly limit: Limit;
}

/** What came of a call so far. */
interface Answer {
  headers?: IncomingHttpHeaders;
  trailers?: IncomingHttpHeaders;
  error?: Error;
  readonly chunks: Buffer[];
  size: number;
}

/** Undefined when the session turned out to be gone before the server took the call. */
export function call(of: Call): Promise<SendResult | undefined> {
  return new Promise((resolve) => {
    const { destination, limit, peer, session } = of;
    const timeoutMs = timerMs(limit.leftMs);
    const stream = session.client.request(headersOf(of, timeoutMs));
    const sentAtMs = wallMs();
    const answer: Answer = { chunks: [], size: 0 };
    // A session that let a call time out may be dead without saying so.
    const timer = setTimeout(() => end(resultOf(answer, destination) ?? timedOut(destination, limit.totalMs), true), timeoutMs);
    timer.unref();
    let settled = false;
    enter(of, (result) => end(result, true));

    function end(result: SendResult | undefined, destroy = false): void {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      leave(of);
      resolve(result);
      if (destroy) session.client.destroy();
    }

    stream.on('response', (received) => {
      answer.headers = received;
      noteAnswer(peer, session.remoteAddress, sentAtMs, received.date);
    });
    stream.on('trailers', (received) => (answer.trailers = received));
    stream.on('data', (chunk: Buffer) => {
      answer.size += chunk.length;
      if (answer.size <= MAX_ANSWER_BYTES) return answer.chunks.push(chunk);
      stream.close(CANCEL);
      end(resultOf(answer, destination) ?? tooLong(destination));
    });
    stream.on('end', () => {
      const result = resultOf(answer, destination);
      if (result === undefined) return; // `close` follows
      session.used = true;
      end(result);
      if (!stream.writableFinished) stream.close(CANCEL); // the server does not want the rest of the message
    });
    stream.on('error', (problem) => (answer.error = problem));
    stream.on('close', () => end(resultOfClosed(of, stream, answer)));
    stream.end(of.message);
  });
}

/** The call keeps the process alive from now on, as long as it is not released. */
function enter({ sending, session }: Call, settle: (result: SendResult) => void): void {
  session.calls.add(sending);
  sending.session = session;
  sending.settle = settle;
  setAlive(session);
}

function leave({ peer, sending, session }: Call): void {
  session.calls.delete(sending);
  delete sending.session;
  setAlive(session);
  const isOwnProcess = session.watch.stop();
  if (isOwnProcess !== undefined) peer.isOwnProcess = isOwnProcess;
}

function headersOf({ destination, userAgent }: Call, timeoutMs: number): OutgoingHttpHeaders {
  const { otlp, signal } = destination;
  return {
    'user-agent': userAgent,
    ...userHeaders(otlp),
    ':method': 'POST',
    ':path': PATHS[signal as Signal],
    'content-type': 'application/grpc',
    'grpc-timeout': `${Math.min(Math.ceil(timeoutMs), MAX_GRPC_TIMEOUT)}m`,
    ...(otlp.compression === 'gzip' ? { 'grpc-encoding': 'gzip' } : {}),
    te: 'trailers',
  };
}

/** What the server has said, even if the rest of the answer never comes. */
function resultOf({ chunks, headers, trailers }: Answer, destination: Destination): SendResult | undefined {
  const from = trailers?.['grpc-status'] === undefined ? headers : trailers; // an answer without a message has all in its headers
  return from?.['grpc-status'] === undefined ? undefined : statusResult(from, Buffer.concat(chunks), destination);
}

function resultOfClosed({ destination, session }: Call, stream: ClientHttp2Stream, answer: Answer): SendResult | undefined {
  if (answer.headers !== undefined) {
    session.used = true;
    return resultOf(answer, destination) ?? resultWithoutStatus(answer.headers, destination);
  }
  // A server that sends GOAWAY or refuses a stream promises that it did not look at the call.
  if (session.used || stream.rstCode === REFUSED_STREAM) return undefined;
  return failed(session, stream, answer.error, destination);
}

/** Why there was no answer at all. */
function failed(session: GrpcSession, stream: ClientHttp2Stream, error: Error | undefined, destination: Destination): SendResult {
  if (stream.rstCode === HTTP_1_1_REQUIRED) return notGrpc(destination);
  const cause = (error?.cause ?? session.error ?? error) as NodeJS.ErrnoException | undefined;
  if (cause?.code === undefined || /^ERR_HTTP2_(STREAM|SESSION|GOAWAY)/.test(cause.code)) return reset(destination);
  if (cause.code === 'ERR_HTTP2_ERROR' && session.greeted)
    return retry(destination, 'network', `the HTTP/2 connection failed (${cause.message}). Is a proxy at {ENDPOINT} in the way?`);
  return failureOf(cause, destination);
}

function tooLong(destination: Destination): SendResult {
  return retry(destination, 'network', `the answer has more than ${MAX_ANSWER_BYTES} bytes. Does {ENDPOINT} name a collector?`);
}
