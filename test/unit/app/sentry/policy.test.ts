import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createGate, type Judged } from '../../../../src/app/sentry/gate.ts';
import { createTransientCheck } from '../../../../src/app/sentry/transient-errors.ts';
import { isDsn, otlpOfDsn } from '../../../../src/config/dsn.ts';
import { loadConfig } from '../../../../src/config/load-config.ts';
import { loadSentryConfig } from '../../../../src/config/sentry-config.ts';

const withCode = (code: string, cause?: unknown): Error => Object.assign(new Error('failed', { cause }), { code });
const judged = (of: Partial<Judged>): Judged => ({ error: new Error('failed'), key: 'key', isFatal: false, ...of });

describe('what counts as transient', () => {
  const isTransient = createTransientCheck([]);

  it('is a connection that broke, a time that ran out, work that was cancelled', () => {
    for (const error of [
      withCode('ECONNRESET'),
      withCode('EAI_AGAIN'),
      withCode('UND_ERR_SOCKET'),
      AbortSignal.abort().reason,
      new DOMException('late', 'TimeoutError'),
      new TypeError('fetch failed', { cause: withCode('ECONNREFUSED') }),
      new AggregateError([withCode('ECONNREFUSED'), withCode('ETIMEDOUT')]),
      new (class CanceledError extends Error {})(),
    ])
      assert.ok(isTransient(error), String(error));
  });

  it('is nothing else: not one of several, nor what is no error, nor what throws when it is read', () => {
    const hostile = new Proxy(new Error('hostile'), {
      get() {
        throw new Error('no');
      },
    });
    const circular = new Error('circular');
    circular.cause = circular;
    for (const error of [
      new Error('ECONNRESET'),
      new AggregateError([withCode('ECONNREFUSED'), new Error('other')]),
      new AggregateError([]),
      withCode('ERR_INVALID_ARG_TYPE'),
      circular,
      hostile,
      'ECONNRESET',
      undefined,
      null,
      7,
    ])
      assert.ok(!isTransient(error));
  });

  it('is what users name: a code, a class by name or itself, a pattern of messages', () => {
    class Mine extends Error {}
    const check = createTransientCheck(['e_mine', 'NotFound', Mine, /left .*out/g]);
    class NotFound extends Error {}
    for (const error of [withCode('E_MINE'), new NotFound(), new Mine(), new Error('left it out'), new Error('left it out'), 'left it out'])
      assert.ok(check(error), String(error));
    assert.ok(!check(new Error('other')));
  });
});

describe('the gate', () => {
  it('lets an error through once in a minute: the same object, or the same error', () => {
    const gate = createGate(() => false, 100);
    const error = new Error('one');
    assert.equal(gate(judged({ error, key: 'a' }), 0), undefined);
    assert.equal(gate(judged({ error, key: 'b' }), 59_999), 'duplicate');
    assert.equal(gate(judged({ key: 'a' }), 59_999), 'duplicate');
    assert.equal(gate(judged({ error, key: 'a' }), 60_000), undefined);
    assert.equal(gate(judged({ error: 'text', key: 'c' }), 0), undefined);
  });

  it('lets only so many through in a minute', () => {
    const gate = createGate(() => false, 2);
    const outcomes = [0, 1, 2, 60_000].map((nowMs, index) => gate(judged({ key: String(index) }), nowMs));
    assert.deepEqual(outcomes, [undefined, undefined, 'rate_limited', undefined]);
  });

  it('never holds back what ends the process, but once', () => {
    const gate = createGate(() => true, 0);
    const error = new Error('fatal');
    assert.equal(gate(judged({ error, isFatal: true }), 0), undefined);
    assert.equal(gate(judged({ error, isFatal: true }), 1), 'duplicate');
    assert.equal(gate(judged({}), 2), 'transient');
  });

  it('remembers a bounded number of errors', () => {
    const gate = createGate(() => false, Infinity);
    for (let i = 0; i < 5000; i++) assert.equal(gate(judged({ error: i, key: String(i) }), 0), undefined);
    assert.equal(gate(judged({ error: 0, key: '0' }), 0), undefined);
    assert.equal(gate(judged({ error: 4999, key: '4999' }), 0), 'duplicate');
  });
});

describe('the settings of Sentry', () => {
  it('know a DSN', () => {
    for (const dsn of ['https://abc123@o1.ingest.sentry.io/42', 'http://key:secret@127.0.0.1:9000/sentry/7']) assert.ok(isDsn(dsn), dsn);
    for (const dsn of ['', 'abc', 'https://o1.ingest.sentry.io/42', 'https://key@host/', 'ftp://key@host/1', 'https://key@host/name'])
      assert.ok(!isDsn(dsn), dsn);
  });

  it('name where Sentry takes spans by OTLP, where that is asked for', () => {
    const { url, headers } = otlpOfDsn('https://abc:secret@o1.ingest.sentry.io:8443/sentry/42', 1000);
    assert.equal(url, 'https://o1.ingest.sentry.io:8443/sentry/api/42/integration/otlp/v1/traces/');
    assert.deepEqual(headers, { 'x-sentry-auth': 'Sentry sentry_version=7, sentry_key=abc' });
    const asked = loadConfig({ SIGNALBOX_SENTRY_SPANS: 'true', SENTRY_DSN: 'https://abc@host/42' });
    assert.deepEqual([asked.config.traces.exporters, asked.problems], [['otlp', 'sentry'], []]);
    const without = loadConfig({ SIGNALBOX_SENTRY_SPANS: 'true' });
    assert.deepEqual([without.config.traces.exporters, without.problems.map(({ setting }) => setting)], [['otlp'], ['SENTRY_DSN']]);
  });

  it('are those of Sentry, and signalbox where Sentry has none', () => {
    const { config, problems } = loadSentryConfig({
      SENTRY_RELEASE: 'shop@2',
      ENVIRONMENT: 'testing',
      SENTRY_SAMPLE_RATE: '2',
      SIGNALBOX_SENTRY_IGNORE: 'E_MINE, NotFound',
      SENTRY_NAME: 'host-1',
    });
    assert.deepEqual(
      [config.release, config.environment, config.sampleRate, config.ignore, config.serverName, config.dsn, config.logs],
      ['shop@2', 'testing', 1, ['e_mine', 'notfound'], 'host-1', undefined, 'breadcrumbs'],
    );
    assert.deepEqual(
      problems.map(({ setting }) => setting),
      ['SENTRY_SAMPLE_RATE'],
    );
    assert.equal(loadSentryConfig({ SENTRY_ENVIRONMENT: 'staging', ENVIRONMENT: 'testing' }).config.environment, 'staging');
  });
});
