/** Servers that behave as the transport tests want, and settings to reach them. Everything is closed after its test. */
import { execFile } from 'node:child_process';
import { createServer as createHttp, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttps, type ServerOptions } from 'node:https';
import http2, { type IncomingHttpHeaders, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2';
import net, { type AddressInfo, type Socket } from 'node:net';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { OtlpConfig, Protocol, Signal } from '../../../../src/config/config.ts';
import { createTransport } from '../../../../src/export/transport/transport.ts';
import type { SendResult, Transport } from '../../../../src/otlp/types.ts';

export const USER_AGENT = 'OTel-OTLP-Exporter-JavaScript/0.0.0 signalbox/test';
/** Long enough never to end a test that works. */
export const LONG_MS = 30_000;

export function otlpConfig(url: string, changes: Partial<OtlpConfig> = {}): OtlpConfig {
  return { protocol: 'http/protobuf', url, headers: {}, timeoutMs: LONG_MS, compression: 'none', ...changes };
}

export function openTransport(t: TestContext, url: string, changes: Partial<OtlpConfig> = {}, signal: Signal = 'traces'): Transport {
  const transport = createTransport(otlpConfig(url, changes), signal, USER_AGENT);
  t.after(() => transport.close());
  return transport;
}

/** What one `send` to `url` comes to. */
export function sendOnce(t: TestContext, url: string, changes: Partial<OtlpConfig> = {}, timeoutMs = LONG_MS): Promise<SendResult> {
  return openTransport(t, url, changes).send(Buffer.from('body'), timeoutMs);
}

export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface TestServer {
  readonly port: number;
  /** How many connections were made. */
  readonly connections: () => number;
  readonly sockets: Set<Socket>;
}

async function listen(t: TestContext, server: net.Server): Promise<TestServer> {
  const sockets = new Set<Socket>();
  let connections = 0;
  server.on('connection', (socket: Socket) => {
    connections++;
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return { port: (server.address() as AddressInfo).port, connections: () => connections, sockets };
}

export interface HttpTestServer extends TestServer {
  readonly url: string;
  readonly received: Received[];
}

/** @param answer - called when the body has been read; default: 200 and nothing. */
export async function serveHttp(
  t: TestContext,
  answer: (response: ServerResponse, request: Received, index: number) => void = (response) => response.end(),
  tls?: ServerOptions,
): Promise<HttpTestServer> {
  const received: Received[] = [];
  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { headers, method = '', url = '' } = request;
      received.push({ method, path: url, headers, body: Buffer.concat(chunks) });
      answer(response, received.at(-1)!, received.length);
    });
  };
  // Idle connections are the client's business here.
  const server = tls === undefined ? createHttp({ keepAliveTimeout: 0 }, handle) : createHttps({ keepAliveTimeout: 0, ...tls }, handle);
  server.on('tlsClientError', () => {});
  const listening = await listen(t, server);
  return { ...listening, received, url: `${tls === undefined ? 'http' : 'https'}://localhost:${listening.port}/v1/traces` };
}

/** A server that speaks whatever `speak` writes. */
export function serveRaw(t: TestContext, speak: (socket: Socket) => void): Promise<TestServer> {
  return listen(t, net.createServer(speak));
}

export interface GrpcTestServer extends TestServer {
  readonly url: string;
  readonly received: Received[];
  readonly sessions: ServerHttp2Session[];
}

/** An answer with its status in trailers, behind a message. */
export function answerGrpc(stream: ServerHttp2Stream, trailers: Record<string, string> = {}, message: Uint8Array = new Uint8Array()): void {
  const header = Buffer.alloc(5);
  header.writeUInt32BE(message.length, 1);
  stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0', ...trailers }));
  stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
  stream.end(Buffer.concat([header, message]));
}

/** @param answer - called when the whole call has been read; `body` is the message without its five bytes. */
export async function serveGrpc(
  t: TestContext,
  answer: (stream: ServerHttp2Stream, request: Received, index: number) => void = (stream) => answerGrpc(stream),
  tls?: http2.SecureServerOptions,
): Promise<GrpcTestServer> {
  const received: Received[] = [];
  const sessions: ServerHttp2Session[] = [];
  const server = tls === undefined ? http2.createServer() : http2.createSecureServer(tls);
  server.on('sessionError', () => {});
  server.on('tlsClientError', () => {});
  server.on('session', (session: ServerHttp2Session) => sessions.push(session));
  server.on('stream', (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => {
    const chunks: Buffer[] = [];
    stream.on('error', () => {});
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('end', () => {
      received.push({ method: headers[':method']!, path: headers[':path']!, headers, body: Buffer.concat(chunks) });
      answer(stream, received.at(-1)!, received.length);
    });
  });
  const listening = await listen(t, server);
  return { ...listening, received, sessions, url: `${tls === undefined ? 'http' : 'https'}://localhost:${listening.port}` };
}

/** A port at which nobody listens. */
export async function freePort(): Promise<number> {
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Runs a program that has `createTransport`, `otlp` and `print`; resolves with what it printed when it has ended by itself. */
export function runProgram(t: TestContext, url: string, protocol: Protocol, code: string): Promise<string> {
  const transport = new URL('../../../../src/export/transport/transport.ts', import.meta.url);
  const program = `
    import { createTransport } from ${JSON.stringify(transport.href)};
    const otlp = ${JSON.stringify(otlpConfig(url, { protocol }))};
    const print = (line) => process.stdout.write(line + '\\n');
    ${code}`;
  return new Promise((resolve, reject) => {
    const cwd = fileURLToPath(new URL('../../../..', import.meta.url));
    const child = execFile(process.execPath, ['--input-type=module', '--eval', program], { cwd }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout.trim());
      else reject(new Error(`${error.message}\n${stdout}\n${stderr}`));
    });
    t.after(() => child.kill('SIGKILL'));
  });
}

/** One protobuf field of bytes or text. */
export function bytesField(number: number, content: Uint8Array | string): Buffer {
  const bytes = Buffer.from(content as Uint8Array);
  return Buffer.concat([Buffer.from([(number << 3) | 2, bytes.length]), bytes]);
}

/** One protobuf field with a number below 128. */
export function smallField(number: number, value: number): Buffer {
  return Buffer.from([number << 3, value]);
}

/** `ExportTraceServiceResponse` with a partial success. */
export function partialSuccess(rejected: number, message: string): Buffer {
  return bytesField(1, Buffer.concat([smallField(1, rejected), bytesField(2, message)]));
}

/** `google.rpc.Status` with a RetryInfo. */
export function statusWithRetryInfo(seconds: number, halfSecond = false): Buffer {
  const delay = Buffer.concat([smallField(1, seconds), halfSecond ? Buffer.from([0x10, 0x80, 0xca, 0xb5, 0xee, 0x01]) : Buffer.alloc(0)]);
  const any = Buffer.concat([bytesField(1, 'type.googleapis.com/google.rpc.RetryInfo'), bytesField(2, bytesField(1, delay))]);
  return Buffer.concat([smallField(1, 8), bytesField(2, 'slow down'), bytesField(3, any)]);
}
