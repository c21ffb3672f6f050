import assert from 'node:assert/strict';
import { test } from 'node:test';
import { settingsByName } from '../../../../src/config/settings.ts';
import { FAILURES, OTHER_FAILURE } from '../../../../src/export/transport/failure-table.ts';
import {
  endpointOf,
  failureOf,
  notGrpc,
  reset,
  speaksGrpc,
  timedOut,
  TlsFileError,
  wantsTls,
  type Destination,
} from '../../../../src/export/transport/failure.ts';
import { resultWithoutStatus, statusResult } from '../../../../src/export/transport/grpc-answer.ts';
import { httpResult } from '../../../../src/export/transport/http-answer.ts';
import { MESSAGES, messageRow } from '../../../../src/names/messages.ts';
import type { SendResult } from '../../../../src/otlp/types.ts';
import { otlpConfig } from './transport-kit.ts';

const destination: Destination = { otlp: otlpConfig('http://user:hidden@collector:4318/v1/traces?key=hidden'), signal: 'traces' };
const overGrpc: Destination = { otlp: otlpConfig('http://collector:4317', { protocol: 'grpc' }), signal: 'metrics' };
const errorWith = (code: string, message = 'message'): Error => Object.assign(new Error(message), { code });
const httpAnswer = (statusCode: number): SendResult =>
  httpResult({ statusCode, headers: { location: '/else' } } as never, Buffer.from('busy'), destination);

/** One error for each row of the table. */
const CODES = [
  'ERR_INVALID_CHAR',
  'ERR_INVALID_URL',
  'ERR_SSL_WRONG_VERSION_NUMBER',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED',
  'ERR_SSL_SOMETHING',
  'ECONNREFUSED',
  'ERR_ACCESS_DENIED',
  'ENOTFOUND',
  'ETIMEOUT',
  'ETIMEDOUT',
];

function everyFailure(): [string, SendResult][] {
  const failures: [string, SendResult][] = [];
  for (const code of [...CODES, 'EHOSTUNREACH', 'ECONNRESET', 'EPIPE', 'HPE_INVALID_CONSTANT', 'ERR_HTTP2_ERROR'])
    for (const to of [destination, overGrpc]) failures.push([code, failureOf(errorWith(code), to)]);
  failures.push(['a reset over TLS', reset({ ...destination, otlp: otlpConfig('https://collector:4318') })]);
  failures.push(['a file', failureOf(new TlsFileError('OTEL_EXPORTER_OTLP_CERTIFICATE must name a readable PEM file'), destination)]);
  for (const fail of [speaksGrpc, notGrpc, wantsTls]) failures.push([fail.name, fail(destination)]);
  for (const ms of [10, 5000, 30_000]) failures.push([`${ms} ms`, timedOut(destination, ms)]);
  for (let status = 300; status < 600; status++) {
    failures.push([`HTTP ${status}`, httpAnswer(status)]);
    failures.push([`HTTP ${status} over gRPC`, resultWithoutStatus({ ':status': String(status) }, overGrpc)]);
  }
  for (let status = 1; status <= 17; status++)
    for (const said of ['', 'message larger than max'])
      failures.push([
        `gRPC ${status} ${said}`,
        statusResult({ 'grpc-status': String(status), 'grpc-message': said }, Buffer.of(), overGrpc),
      ]);
  return failures;
}

test('every failure says where, names a setting that exists or what to do with the collector, and what becomes of the records', () => {
  for (const [name, result] of everyFailure()) {
    assert.notEqual(result.kind, 'accepted', name);
    const message = result.message ?? '';
    assert.match(message, /^Cannot export (traces|metrics) to https?:\/\/collector:/, name);
    assert.match(message, result.kind === 'retry' ? / The records wait and are sent again\.$/ : / This batch is lost\.$/, name);
    const settings = message.match(/\b(?:OTEL|SIGNALBOX)_[A-Z_]+/g) ?? [];
    for (const setting of settings) assert.ok(settingsByName.has(setting), `${name}: there is no setting ${setting}`);
    assert.ok(
      settings.length > 0 || /collector('s|:| )|collector\.|--allow-net/.test(message.replace(/^.*?: /, '')),
      `${name}: ${message}`,
    );
    assert.doesNotMatch(message, /[{}]|hidden/, name);
  }
});

test('every row of the table is met, and every reason has its row among the messages', () => {
  assert.equal(new Set(CODES.map((code) => FAILURES.findIndex((row) => row.code.test(code)))).size, FAILURES.length);
  for (const { reason } of [...FAILURES, OTHER_FAILURE]) assert.ok(`export.${reason}` in MESSAGES, reason);
  for (const [name, { kind, ...result }] of everyFailure())
    assert.equal(messageRow(`export.${(result as Extract<SendResult, { reason: string }>).reason}`)?.section, 'export', `${kind} ${name}`);
});

test('errors of the network are tried again, each under its own reason', () => {
  for (const [code, reason] of [
    ['ECONNREFUSED', 'connection_refused'],
    ['ENOTFOUND', 'unknown_host'],
    ['EAI_AGAIN', 'unknown_host'],
    ['ECONNRESET', 'connection_reset'],
    ['EPIPE', 'connection_reset'],
    ['ETIMEDOUT', 'timeout'],
    ['EHOSTUNREACH', 'network'],
    ['ENETUNREACH', 'network'],
    ['EADDRNOTAVAIL', 'network'],
    ['ERR_SSL_SOMETHING', 'tls'],
    ['CERT_REVOKED', 'tls'],
    ['CERT_NOT_YET_VALID', 'tls'],
  ] as const) {
    const result = failureOf(errorWith(code), destination);
    assert.deepEqual([result.kind, result.kind === 'retry' && result.reason], ['retry', reason], code);
    assert.match(
      result.message!,
      /^Cannot export traces to http:\/\/collector:4318\/v1\/traces: .*[.?] The records wait and are sent again\.$/,
    );
  }
});

test('the setting that the user wrote is named, be it of one signal or an option', () => {
  const settings = { ENDPOINT: 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', HEADERS: 'headers', TIMEOUT: 'OTEL_EXPORTER_OTLP_TRACES_TIMEOUT' };
  const own: Destination = { otlp: otlpConfig('http://collector:4318', { settings }), signal: 'traces' };
  assert.match(failureOf(errorWith('ECONNREFUSED'), own).message!, / or set OTEL_EXPORTER_OTLP_TRACES_ENDPOINT\. /);
  assert.match(
    failureOf(errorWith('ERR_INVALID_CHAR'), own).message!,
    / Correct the option headers, or the path of OTEL_EXPORTER_OTLP_TRACES_ENDPOINT\. /,
  );
  assert.match(failureOf(errorWith('CERT_UNTRUSTED'), own).message!, / Set OTEL_EXPORTER_OTLP_CERTIFICATE to /);
  assert.match(timedOut(own, 40_000).message!, / OTEL_EXPORTER_OTLP_TRACES_TIMEOUT is the limit\./);
});

test('a time-out names the shorter limit, and says when it must have been meant in seconds', () => {
  const text = (timeoutMs: number, changes: object, signal: 'traces' | 'logs' | 'metrics' = 'traces'): string =>
    timedOut({ otlp: otlpConfig('http://collector:4318', changes), signal }, timeoutMs).message!;
  assert.match(
    text(10, { timeoutMs: 10 }),
    /no answer within 10 ms\. OTEL_EXPORTER_OTLP_TIMEOUT is in milliseconds: for 10 s it must be 10000\./,
  );
  assert.match(text(10_000, { timeoutMs: 10_000 }), /within 10000 ms\. OTEL_EXPORTER_OTLP_TIMEOUT is the limit\./);
  assert.match(text(5000, { timeoutMs: 10_000 }), / OTEL_BSP_EXPORT_TIMEOUT is the limit\./);
  assert.match(text(30, { timeoutMs: 10_000 }, 'logs'), / OTEL_BLRP_EXPORT_TIMEOUT is in milliseconds: for 30 s it must be 30000\./);
  assert.match(text(5000, { timeoutMs: 10_000 }, 'metrics'), / OTEL_METRIC_EXPORT_TIMEOUT is the limit\./);
  const atExit = timedOut({ ...destination, timeoutSetting: 'SIGNALBOX_SHUTDOWN_TIMEOUT' }, 50);
  assert.match(atExit.message!, / SIGNALBOX_SHUTDOWN_TIMEOUT is the limit\./);
});

test('an error without a code is told by its message, and what is no error does no harm', () => {
  assert.match(failureOf(new Error('strange'), destination).message!, /the connection failed \(strange\)/);
  assert.match(failureOf(new Error('strange $& {HEADERS}'), destination).message!, /failed \(strange \$& /);
  assert.equal(failureOf(new AggregateError([]), destination).kind, 'retry');
});

test('an endpoint is shown without credentials and query', () => {
  assert.equal(endpointOf(destination.otlp), 'http://collector:4318/v1/traces');
  assert.equal(endpointOf(otlpConfig('https://[::1]:4317')), 'https://[::1]:4317');
  assert.equal(endpointOf(otlpConfig('hidden')), 'an invalid URL');
});
