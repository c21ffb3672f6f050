import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { COLORED, PLAIN_TEXT, renderPretty } from '../../../../src/app/logging/render-pretty.ts';
import type { LogRecord } from '../../../../src/app/logging/record.ts';
import { record, RENDERS } from './kit.ts';

const SPAN = { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7', traceFlags: 1 };
const AT = { timeMs: Date.UTC(2026, 10, 30, 12, 34, 56, 789), span: SPAN };

const declined: LogRecord = {
  ...record(['payment failed', { order: 17, user_id: 42, request_id: 'r-1', user: 'Ann' }], { level: 'error' }),
  ...AT,
  error: {
    type: 'PaymentError',
    message: 'declined',
    stack: 'PaymentError: declined\n    at pay (/app/pay.js:3:9)\n    at node:internal/main:1:1\n    at lib (/app/node_modules/x/i.js:1:1)',
    code: 'E_DECLINED',
    fields: { order: 17 },
    cause: {
      type: 'TypeError',
      message: 'no route',
      stack: 'TypeError: no route\n    at dial (/app/net.js:1:1)',
      code: undefined,
      fields: undefined,
      cause: undefined,
      errors: [],
    },
    errors: [],
  },
};

describe('a line', () => {
  it('of JSON has the keys that Loki and the Collector expect, in their order', () => {
    const line = JSON.parse(RENDERS.json(declined)) as object;
    assert.deepEqual(Object.keys(line), [
      'timestamp',
      'level',
      'logger',
      'message',
      'trace_id',
      'span_id',
      'trace_flags',
      'service.name',
      'order',
      'user_id',
      'request_id',
      'user',
      'error',
    ]);
    assert.deepEqual(
      { ...line, error: undefined },
      {
        timestamp: '2026-11-30T12:34:56.789Z',
        level: 'error',
        logger: 'db',
        message: 'payment failed',
        trace_id: SPAN.traceId,
        span_id: SPAN.spanId,
        trace_flags: '01',
        'service.name': 'shop',
        order: 17,
        user_id: 42,
        request_id: 'r-1',
        user: 'Ann',
        error: undefined,
      },
    );
  });

  it('of ECS has its names and types, and nothing that Elasticsearch would refuse', () => {
    const line = JSON.parse(RENDERS.ecs(declined)) as Record<string, unknown>;
    assert.deepEqual(Object.keys(line).slice(0, 3), ['@timestamp', 'log.level', 'message'], 'as the specification of ecs-logging has it');
    const { 'error.stack_trace': stack, ...rest } = line;
    assert.deepEqual(rest, {
      '@timestamp': '2026-11-30T12:34:56.789Z',
      'log.level': 'error',
      message: 'payment failed',
      'ecs.version': '8.11.0',
      'log.logger': 'db',
      'trace.id': SPAN.traceId,
      'span.id': SPAN.spanId,
      'service.name': 'shop',
      'service.version': '1.4.2',
      order: 17,
      'user.id': '42',
      'http.request.id': 'r-1',
      fields: { user: 'Ann' },
      'error.type': 'PaymentError',
      'error.message': 'declined',
      'error.code': 'E_DECLINED',
      error_fields: { order: 17 },
    });
    assert.match(String(stack), /^PaymentError: declined\n[^]*\nCaused by: TypeError: no route\n/);
  });

  it('for a person has everything at a glance', () => {
    const { timeMs } = AT;
    const time = new Date(timeMs).toTimeString().slice(0, 8);
    assert.equal(
      renderPretty(declined, PLAIN_TEXT),
      `${time}.789 ERROR db payment failed order=17 user_id=42 request_id=r-1 user=Ann trace=4bf92f35
    PaymentError: declined
      code=E_DECLINED order=17
      at pay (/app/pay.js:3:9)
      at lib (/app/node_modules/x/i.js:1:1)
    caused by TypeError: no route
      at dial (/app/net.js:1:1)
`,
    );
  });

  it('for a person has colours where they are wanted, and none of the text', () => {
    const line = renderPretty({ ...record(['\u001b[31mred\u001b[0m'], { level: 'warn' }), ...AT }, COLORED);
    assert.match(line, /\u001b\[33mWARN \u001b\[0m/);
    assert.ok(line.includes('\\u001b[31mred\\u001b[0m'));
  });
});
