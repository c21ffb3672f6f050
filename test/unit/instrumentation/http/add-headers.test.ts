import assert from 'node:assert/strict';
import { it } from 'node:test';
import { replaceHeaders } from '../../../../src/instrumentation/http/add-headers.ts';

const head = (...lines: string[]): string => [...lines, '', ''].join('\r\n');

it('headers are added to a head that is rendered already', () => {
  assert.equal(
    replaceHeaders(head('GET / HTTP/1.1', 'Host: a', 'Connection: close'), { traceparent: 'new' }),
    head('GET / HTTP/1.1', 'Host: a', 'Connection: close', 'traceparent: new'),
  );
});

it('they take the place of those of the same names, and a traceparent that of its tracestate', () => {
  const given = head(
    'GET /tracestate:x HTTP/1.1',
    'TraceParent: old',
    'Host: a',
    'TRACESTATE: old=1',
    'Baggage: kept=1',
    'traceparent: old',
  );
  assert.equal(
    replaceHeaders(given, { traceparent: 'new' }),
    head('GET /tracestate:x HTTP/1.1', 'Host: a', 'Baggage: kept=1', 'traceparent: new'),
  );
  assert.equal(
    replaceHeaders(head('GET / HTTP/1.1', 'tracestate: old=1'), { b3: '0' }),
    head('GET / HTTP/1.1', 'tracestate: old=1', 'b3: 0'),
  );
  assert.equal(replaceHeaders(head('GET / HTTP/1.1'), {}), head('GET / HTTP/1.1'));
});
