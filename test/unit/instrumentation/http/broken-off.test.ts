import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { clientFailure, whoBrokeOff } from '../../../../src/instrumentation/http/broken-off.ts';

const error = (more: object): Error => Object.assign(new Error('it failed'), more);
const hangUp = error({ code: 'ECONNRESET' });
const reset = error({ code: 'ECONNRESET', syscall: 'read' });
const open = { readableEnded: false, errored: null };
const ended = { readableEnded: true, errored: null };
const cut = { complete: false, errored: null };
const whole = { complete: true, errored: null };

describe('a request of this program', () => {
  it('is no failure when its response is whole', () => {
    assert.equal(clientFailure({ response: whole, connection: ended, timedOut: false }), undefined);
  });

  it('is no failure when the program closed its connection, or gave it up before there was one', () => {
    assert.equal(clientFailure({ failure: hangUp, connection: open, timedOut: false }), undefined);
    assert.equal(clientFailure({ failure: hangUp, connection: undefined, timedOut: false }), undefined);
    assert.equal(clientFailure({ response: cut, connection: open, timedOut: false }), undefined);
  });

  it('is a failure when the other side closed it', () => {
    assert.deepEqual(clientFailure({ failure: hangUp, connection: ended, timedOut: false }), { error: hangUp });
    assert.deepEqual(clientFailure({ failure: hangUp, connection: { ...open, errored: reset }, timedOut: false }), { error: hangUp });
    assert.deepEqual(clientFailure({ failure: reset, connection: open, timedOut: false }), { error: reset });
  });

  for (const given of [
    { name: 'AbortError' },
    { code: 'ABORT_ERR' },
    { name: 'CanceledError', code: 'ERR_CANCELED' },
    { name: 'CancelError' },
  ]) {
    it(`is no failure when it was given up with ${JSON.stringify(given)}`, () => {
      assert.equal(clientFailure({ failure: error(given), connection: open, timedOut: false }), undefined);
    });
  }

  it('is a failure when it timed out, however it was given up', () => {
    assert.equal(clientFailure({ failure: hangUp, connection: open, timedOut: true })?.type, 'timeout');
    assert.equal(clientFailure({ response: cut, connection: open, timedOut: true })?.type, 'timeout');
    const bySignal = error({ name: 'AbortError', cause: { name: 'TimeoutError' } });
    assert.equal(clientFailure({ failure: bySignal, connection: open, timedOut: false })?.type, 'TimeoutError');
  });

  it('that went silent and was answered in the end is none', () => {
    assert.equal(clientFailure({ response: whole, connection: open, timedOut: true }), undefined);
  });

  it('is judged also by errors with hostile getters', () => {
    const hostile = new Proxy(new Error('no'), {
      get() {
        throw new Error('hostile');
      },
    });
    assert.deepEqual(clientFailure({ failure: hostile, connection: open, timedOut: false }), { error: hostile });
  });
});

describe('a response is broken off', () => {
  const message = { errored: undefined };

  it('by the client whose connection ended, was reset, timed out, or sent no HTTP', () => {
    assert.equal(whoBrokeOff({ response: message, request: message, connection: ended }).by, 'client');
    for (const errored of [reset, error({ code: 'HPE_INVALID_EOF_STATE' }), error({ code: 'ERR_HTTP_REQUEST_TIMEOUT' })]) {
      assert.equal(whoBrokeOff({ response: message, request: message, connection: { ...open, errored } }).by, 'client');
    }
  });

  it('by the client, whatever the program destroys when it hears of it', () => {
    assert.equal(whoBrokeOff({ response: { errored: error({}) }, request: { errored: hangUp }, connection: ended }).by, 'client');
  });

  it('by the program that closed the connection', () => {
    assert.deepEqual(whoBrokeOff({ response: message, request: { errored: hangUp }, connection: open }), {
      by: 'server',
      error: undefined,
    });
  });

  it('by the program with an error, also with one of another connection', () => {
    for (const errored of [error({}), reset]) {
      const connection = { ...open, errored };
      assert.deepEqual(whoBrokeOff({ response: { errored }, request: message, connection }), { by: 'server', error: errored });
      assert.deepEqual(whoBrokeOff({ response: message, request: { errored }, connection }), { by: 'server', error: errored });
    }
  });
});
