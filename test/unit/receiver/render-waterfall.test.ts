import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import type { ReceivedLog, ReceivedSpan } from '../../../src/otlp/decode/model.ts';
import { renderWaterfall } from '../../../src/receiver/render-waterfall.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const START = 1_700_000_000_000_000_000n;
const scope = { name: '', version: '', attributes: {}, droppedAttributesCount: 0 };
const at = (milliseconds: number): bigint => START + BigInt(Math.round(milliseconds * 1e6));

function span(
  id: string,
  parent: string,
  service: string,
  name: string,
  from: number,
  to: number,
  more: Partial<ReceivedSpan> = {},
): ReceivedSpan {
  return {
    traceId: TRACE,
    spanId: id,
    ...(parent !== '' && { parentSpanId: parent }),
    flags: 1,
    name,
    kind: 'internal',
    startTimeUnixNano: at(from),
    endTimeUnixNano: at(to),
    attributes: {},
    droppedAttributesCount: 0,
    events: [],
    droppedEventsCount: 0,
    links: [],
    droppedLinksCount: 0,
    status: { code: 'unset', message: '' },
    resource: service === '' ? {} : { 'service.name': service },
    scope,
    ...more,
  };
}

function log(spanId: string, time: number, severityNumber: number, body: unknown, more: Partial<ReceivedLog> = {}): ReceivedLog {
  return {
    traceId: TRACE,
    ...(spanId !== '' && { spanId }),
    timeUnixNano: at(time),
    observedTimeUnixNano: at(time),
    severityNumber,
    severityText: '',
    body,
    eventName: '',
    attributes: {},
    droppedAttributesCount: 0,
    flags: 1,
    resource: {},
    scope,
    ...more,
  };
}

const failed = (message = ''): Partial<ReceivedSpan> => ({ status: { code: 'error', message } });
const exception = (type: string, message: string) => ({
  name: 'exception',
  timeUnixNano: START,
  attributes: { 'exception.type': type, 'exception.message': message },
  droppedAttributesCount: 0,
});
const lines = (text: string): string[] => text.split('\n').map((line) => line.trimEnd());

const trace = [
  span('c', 'b', 'shop', 'SELECT orders', 15, 21.25),
  span('a', '', 'gateway', 'POST /checkout', 0, 200),
  span('d', 'b', 'payment', 'charge', 50, 150, { ...failed('declined'), events: [exception('CardError', 'declined')] }),
  span('b', 'a', 'shop', 'POST /orders', 10, 190, failed('payment failed')),
];
const logs = [
  log('d', 120, 17, { code: 51 }),
  log('b', 12, 9, 'order received'),
  log('', 5, 13, 'no span'),
  log('gone', 4, 0, 'its span is not here', { severityText: 'notice' }),
  log('b', 11, 1, null, { eventName: 'order.created' }),
];

test('a trace is drawn as a tree over time, with its errors and log lines', () => {
  assert.deepEqual(lines(renderWaterfall(trace, logs, { width: 80 })), [
    `trace ${TRACE} · 4 spans · 3 services · 200 ms · 2 errors`,
    'gateway POST /checkout               ████████████████████████████   200 ms',
    'shop    └ POST /orders                ██████████████████████████    180 ms ERROR',
    '            ! payment failed',
    '            +11.0 ms TRACE order.created',
    '            +12.0 ms INFO order received',
    'shop      └ SELECT orders              █                           6.25 ms',
    'payment   └ charge                          ██████████████          100 ms ERROR',
    '              ! CardError: declined',
    '              +120 ms ERROR { code: 51 }',
    '        +4.00 ms NOTICE its span is not here',
    '        +5.00 ms WARN no span',
    '',
  ]);
});

test('colours change nothing but colours', () => {
  const colored = renderWaterfall(trace, logs, { width: 80, color: true });
  assert.equal(stripVTControlCharacters(colored), renderWaterfall(trace, logs, { width: 80 }));
  assert.match(colored, /\u001b\[31m/);
});

test('no line under the title is wider than the terminal', () => {
  const long = 'very '.repeat(100);
  const spans = [
    span('a', '', long, long, 0, 60_000 * 75, failed(long)),
    ...Array.from({ length: 20 }, (_, index) => span(`a${index}`, index === 0 ? 'a' : `a${index - 1}`, 'shop', long, index, index + 1)),
  ];
  const manyLogs = spans.map(({ spanId }) => log(spanId, 1, 9, long));
  for (const width of [60, 80, 200]) {
    for (const line of renderWaterfall(spans, manyLogs, { width }).split('\n').slice(1)) assert(line.length <= width, line);
  }
});

test('a span that starts late and takes no time still has a bar', () => {
  const [, , last = ''] = lines(
    renderWaterfall([span('a', '', 's', 'root', 0, 100), span('b', 'a', 's', 'tick', 100, 100)], [], { width: 80 }),
  );
  assert.match(last, /█ +0 ns$/);
});

test('data cannot speak to the terminal', () => {
  const evil = '\u001b[2J\u001b]0;pwned\u0007\u009b31mtext\r\n\u202e';
  const spans = [span('a', '', evil, evil, 0, 1, { ...failed(evil), events: [exception(evil, evil)] })];
  const drawn = renderWaterfall(spans, [log('a', 0, 9, evil, { severityText: evil }), log('a', 0, 9, { [evil]: evil })], {});
  assert.doesNotMatch(drawn.replaceAll('\n', ''), /[\p{Cc}\u202e]/u);
  assert.equal(drawn.split('\n').length, 6, 'no data adds a line');
});

test('long traces and chatty spans are abbreviated', () => {
  const spans = Array.from({ length: 1_000 }, (_, index) =>
    span(`s${index}`, index === 0 ? '' : 's0', 'shop', `step ${index}`, index, index + 1, index % 100 === 99 ? failed() : {}),
  );
  const chatty = Array.from({ length: 50 }, (_, index) => log('s0', index, 9, `line ${index}`));
  const drawn = lines(renderWaterfall(spans, chatty, { maxSpans: 10, maxLogs: 3 }));
  assert.equal(drawn.length, 1 + 10 + 4 + 1 + 1);
  assert.equal(drawn[5]?.trim(), '… 47 more log lines');
  assert.equal(drawn.at(-2), '… 990 more spans, 10 errors among them');
});

test("a trace deeper than the call stack, and spans that are each other's parents, are drawn", () => {
  const deep = Array.from({ length: 100_000 }, (_, index) =>
    span(`s${index}`, index === 0 ? '' : `s${index - 1}`, 's', 'n', index, index + 1),
  );
  assert.match(renderWaterfall(deep, [], { maxSpans: 3 }), /… 99997 more spans/);
  const circle = [span('a', 'b', 's', 'first', 0, 1), span('b', 'a', 's', 'second', 0, 1), span('c', 'c', 's', 'own parent', 0, 1)];
  const drawn = renderWaterfall(circle, []);
  for (const name of ['first', 'second', 'own parent']) assert.match(drawn, new RegExp(name));
});

test('duplicates are counted and drawn once', () => {
  const [root] = trace.slice(1, 2);
  assert(root);
  const drawn = lines(renderWaterfall([root, root, root], []));
  assert.match(drawn[0] ?? '', /1 span · .* · 2 duplicates$/);
  assert.equal(drawn.length, 3);
});

test('one trace is drawn when there are several', () => {
  const other = { ...span('z', '', 'other', 'other trace', 0, 1), traceId: 'f'.repeat(32) };
  assert.doesNotMatch(renderWaterfall([...trace, other], logs), /other trace/);
  assert.match(renderWaterfall([...trace, other], logs, { traceId: other.traceId }), /^trace f{32} · 1 span · 1 service · 1\.00 ms\n/);
});

test('nothing is drawn when there is nothing', () => {
  assert.equal(renderWaterfall([], logs), '');
  assert.equal(renderWaterfall(trace, [], { traceId: 'unknown' }), '');
});

test('missing names and times that run backwards are drawn as such', () => {
  const [, line = ''] = lines(renderWaterfall([span('a', '', '', '', 5, 1)], []));
  assert.match(line, /^unknown \(no name\) .*\?$/);
});

test('durations have three digits and a unit', () => {
  const drawn = (milliseconds: number): string =>
    lines(renderWaterfall([span('a', '', 's', 'n', 0, milliseconds)], []))[0]
      ?.split(' · ')
      .at(-1) ?? '';
  const cases: readonly [number, string][] = [
    [0.0005, '500 ns'],
    [0.001, '1.00 µs'],
    [0.9994, '999 µs'],
    [0.9996, '1.00 ms'],
    [12.34, '12.3 ms'],
    [999.6, '1.00 s'],
    [59_940, '59.9 s'],
    [59_960, '1m 0s'],
    [3_599_700, '1h 0m'],
    [7_500_000, '2h 5m'],
  ];
  for (const [milliseconds, expected] of cases) assert.equal(drawn(milliseconds), expected);
});
