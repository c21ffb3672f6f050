import assert from 'node:assert/strict';
import { test } from 'node:test';
import { endpointOf, failureOf } from '../../../../src/export/transport/failure.ts';
import { otlpConfig } from './transport-kit.ts';

const destination = { otlp: otlpConfig('http://user:hidden@collector:4318/v1/traces?key=hidden'), signal: 'traces' } as const;
const errorWith = (code: string, message = 'message'): Error => Object.assign(new Error(message), { code });

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

test('an error without a code is told by its message, and what is no error does no harm', () => {
  assert.match(failureOf(new Error('strange'), destination).message!, /the connection failed \(strange\)/);
  assert.equal(failureOf(new AggregateError([]), destination).kind, 'retry');
});

test('an endpoint is shown without credentials and query', () => {
  assert.equal(endpointOf(destination.otlp), 'http://collector:4318/v1/traces');
  assert.equal(endpointOf(otlpConfig('https://[::1]:4317')), 'https://[::1]:4317');
  assert.equal(endpointOf(otlpConfig('hidden')), 'an invalid URL');
});
