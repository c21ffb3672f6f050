import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createExpositionWriter } from '../../../../src/ops-server/exposition/exposition-writer.ts';
import { descriptor, exemplar, exponential, expose, histogram, number, writeAll, EVERYTHING } from './kit.ts';

const samplesIn = (text: string): string[] => text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));

describe('the exposition', () => {
  it('writes Prometheus text 0.0.4', () => {
    const { text } = expose(EVERYTHING.slice(0, 2), 'text', 'service_name="shop"');
    assert.equal(
      text,
      `# HELP target_info Target metadata
# TYPE target_info gauge
target_info{service_name="shop"} 1
# HELP http_server_active_requests Now.
# TYPE http_server_active_requests gauge
http_server_active_requests{http_request_method="GET"} 3
# HELP http_server_request_duration_seconds Duration of requests,\\nwith "quotes" and \\\\.
# TYPE http_server_request_duration_seconds histogram
http_server_request_duration_seconds_bucket{http_route="/orders/:id",le="0.005"} 1
http_server_request_duration_seconds_bucket{http_route="/orders/:id",le="1.0"} 4
http_server_request_duration_seconds_bucket{http_route="/orders/:id",le="10.0"} 5
http_server_request_duration_seconds_bucket{http_route="/orders/:id",le="+Inf"} 6
http_server_request_duration_seconds_sum{http_route="/orders/:id"} 9.25
http_server_request_duration_seconds_count{http_route="/orders/:id"} 6
http_server_request_duration_seconds_bucket{http_route="/\\"\\\\\\n",le="0.005"} 0
http_server_request_duration_seconds_bucket{http_route="/\\"\\\\\\n",le="1.0"} 0
http_server_request_duration_seconds_bucket{http_route="/\\"\\\\\\n",le="10.0"} 0
http_server_request_duration_seconds_bucket{http_route="/\\"\\\\\\n",le="+Inf"} 0
http_server_request_duration_seconds_sum{http_route="/\\"\\\\\\n"} 0
http_server_request_duration_seconds_count{http_route="/\\"\\\\\\n"} 0
`,
    );
  });

  it('writes OpenMetrics 1.0 with units, exemplars and an end', () => {
    const { text } = expose(EVERYTHING.slice(1, 3), 'openmetrics', 'service_name="shop"');
    const exemplarOf = (spanId: string, value: number): string => ` # {trace_id="0af7651916cd43dd8448eb211c80319c",span_id="${spanId}"} ${value} 1700000000.123`; // prettier-ignore
    assert.match(text, /^# HELP target Target metadata\n# TYPE target info\ntarget_info\{service_name="shop"\} 1\n/);
    assert.match(text, /\n# UNIT http_server_request_duration_seconds seconds\n/);
    assert.match(text, /with \\"quotes\\" and \\\\\.\n/);
    assert.ok(text.includes(`le="1.0"} 4${exemplarOf('b7ad6b7169203331', 0.5)}\n`), text);
    assert.ok(text.includes(`le="+Inf"} 6${exemplarOf('00f067aa0ba902b7', 20)}\n`), text);
    assert.ok(text.includes('le="10.0"} 5\n'));
    assert.match(text, /\n# TYPE orders_placed counter\norders_placed_total\{shop="münchen"\} 41 # \{trace_id=/);
    assert.match(text, /\n# EOF\n$/);
    assert.doesNotMatch(text, /_created/);
  });

  it('has an exemplar that equals a bound with the bucket of that bound', () => {
    const points = [histogram({ count: 2, sum: 1.5, bounds: [0.5, 1], counts: [1, 1, 0] }, {}, [exemplar(0.5), exemplar(1)])];
    const { text } = expose([{ descriptor: descriptor('wait', { type: 'histogram' }), points }], 'openmetrics');
    assert.match(text, /le="0\.5"\} 1 # \{[^}]+\} 0\.5 /);
    assert.match(text, /le="1\.0"\} 2 # \{[^}]+\} 1 /);
    assert.match(text, /le="\+Inf"\} 2\n/);
  });

  it('has no exemplar of a gauge, for OpenMetrics allows none', () => {
    const points = [number(1, {}, [exemplar(1)])];
    const metrics = [
      { descriptor: descriptor('level', { type: 'gauge' }), points },
      { descriptor: descriptor('carts', { isMonotonic: false }), points },
    ];
    assert.doesNotMatch(expose(metrics, 'openmetrics').text, /trace_id/);
  });

  it('has no exemplar that leads to no trace', () => {
    const { text } = expose(
      [{ descriptor: descriptor('a'), points: [number(1, {}, [{ ...exemplar(1), traceId: '', spanId: '' }])] }],
      'openmetrics',
    );
    assert.match(text, /\na_total 1\n/);
  });

  it('writes numbers that are none, very large and very small', () => {
    const { text } = expose(EVERYTHING.slice(2));
    assert.match(text, /^pool_use_ratio\{pool="a"\} 0\.25$/m);
    assert.match(text, /^pool_use_ratio\{pool="b"\} NaN$/m);
    assert.match(text, /^pool_use_ratio\{pool="c"\} -Inf$/m);
    assert.match(text, /^process_cpu_time_seconds_total\{cpu_mode="user"\} 1e\+21$/m);
    assert.match(text, /^process_cpu_time_seconds_total\{cpu_mode="system"\} 1e-7$/m);
    assert.match(text, /^no_buckets_bucket\{le="\+Inf"\} 2$/m);
  });

  it('writes exponential histograms as classic buckets between powers of two', () => {
    assert.deepEqual(samplesIn(expose(EVERYTHING.slice(4, 5)).text), [
      'payload_bytes_bucket{kind="in",le="0.0"} 2',
      'payload_bytes_bucket{kind="in",le="2.0"} 5',
      'payload_bytes_bucket{kind="in",le="4.0"} 12',
      'payload_bytes_bucket{kind="in",le="+Inf"} 12',
      'payload_bytes_sum{kind="in"} 75',
      'payload_bytes_count{kind="in"} 12',
    ]);
    assert.deepEqual(samplesIn(expose(EVERYTHING.slice(5, 6)).text), [
      'difference_bucket{le="-16.0"} 1',
      'difference_bucket{le="-8.0"} 1',
      'difference_bucket{le="-4.0"} 3',
      'difference_bucket{le="0.0"} 3',
      'difference_bucket{le="1.0"} 4',
      'difference_bucket{le="+Inf"} 4',
      'difference_count 4',
    ]);
    const coarse = exponential({ count: 3, scale: -1, positive: { offset: 0, counts: [1, 0, 2] } });
    assert.deepEqual(samplesIn(expose([{ descriptor: descriptor('a', { type: 'exponential_histogram' }), points: [coarse] }]).text).slice(0, 3), ['a_bucket{le="4.0"} 1', 'a_bucket{le="16.0"} 1', 'a_bucket{le="64.0"} 3']); // prettier-ignore
  });

  it('leaves a gauge that is named like a part of a histogram without a type in the text format, for promtool', () => {
    const connections = { descriptor: descriptor('db.client.connection.count', { isMonotonic: false }), points: [number(2)] };
    assert.match(expose([connections], 'text').text, /# TYPE db_client_connection_count untyped\ndb_client_connection_count 2\n/);
    assert.match(expose([connections], 'openmetrics').text, /# TYPE db_client_connection_count gauge\n/);
  });

  it('joins what several scopes say of one family, and leaves out a series that is there already', () => {
    const requests = (scope: string, points: Parameters<typeof number>[]) => ({ descriptor: descriptor('requests', { description: scope }), scope, points: points.map((args) => number(...args)) }); // prettier-ignore
    const { text, conflicts } = expose([
      requests('a', [[1, { path: '/' }]]),
      { descriptor: descriptor('between', { type: 'gauge' }), points: [number(5)] },
      requests('b', [[9, { path: '/' }], [2, { path: '/b' }]]), // prettier-ignore
    ]);
    assert.equal(
      text,
      '# HELP requests_total a\n# TYPE requests_total counter\nrequests_total{path="/"} 1\nrequests_total{path="/b"} 2\n# HELP between OpenTelemetry metric between.\n# TYPE between gauge\nbetween 5\n',
    );
    assert.deepEqual(conflicts, []);
  });

  it('gives a name to the metric that comes first, and says of the other that it is left out', () => {
    const gauge = { descriptor: descriptor('queue.depth', { type: 'gauge' }), points: [number(1)] };
    const sum = { descriptor: descriptor('queue_depth', { type: 'histogram' }), points: [histogram({ count: 1, sum: 1 })] };
    const count = { descriptor: descriptor('queue_depth.count', { type: 'gauge' }), points: [number(1)] };
    const both = expose([gauge, sum]);
    assert.deepEqual(samplesIn(both.text), ['queue_depth 1']);
    assert.deepEqual(both.conflicts, [{ name: 'queue_depth', isJoined: false, left: 'queue_depth', kept: 'queue.depth' }]);
    assert.deepEqual(expose([sum, count]).conflicts, [
      { name: 'queue_depth_count', isJoined: false, left: 'queue_depth.count', kept: 'queue_depth' },
    ]);
    // A counter and a gauge of one name are two in text, where one ends in _total, and one in OpenMetrics.
    const counter = { descriptor: descriptor('queue.depth'), points: [number(7)] };
    assert.deepEqual(samplesIn(expose([gauge, counter]).text), ['queue_depth 1', 'queue_depth_total 7']);
    assert.deepEqual(samplesIn(expose([gauge, counter], 'openmetrics').text), ['queue_depth 1']);
  });

  it('leaves out a metric that would have the name of what is written of the resource, and says so', () => {
    const target = { descriptor: descriptor('target', { type: 'gauge' }), points: [number(1)] };
    const info = { descriptor: descriptor('target.info', { type: 'gauge' }), points: [number(2)] };
    const text = expose([target, info], 'text', 'service_name="shop"');
    assert.deepEqual(samplesIn(text.text), ['target_info{service_name="shop"} 1', 'target 1']);
    assert.deepEqual(text.conflicts, [{ name: 'target_info', isJoined: false, left: 'target.info', kept: 'target_info' }]);
    const openmetrics = expose([target, info], 'openmetrics', 'service_name="shop"');
    assert.deepEqual(samplesIn(openmetrics.text), ['target_info{service_name="shop"} 1']);
    assert.deepEqual(samplesIn(expose([info], 'openmetrics').text), ['target_info 2'], 'where nothing is written of the resource');
  });

  it('leaves a name to OpenMetrics that it has for the time at which a counter or a histogram began', () => {
    for (const first of [descriptor('orders'), descriptor('orders', { type: 'histogram' })]) {
      const began = { descriptor: descriptor('orders.created', { type: 'gauge' }), points: [number(5)] };
      const points = first.type === 'histogram' ? [histogram({ count: 1, sum: 1 })] : [number(1)];
      for (const metrics of [
        [{ descriptor: first, points }, began],
        [began, { descriptor: first, points }],
      ])
        // prettier-ignore
        assert.equal(expose(metrics, 'openmetrics').conflicts.length, 1);
      assert.equal(expose([{ descriptor: first, points }, began]).conflicts.length, 0);
    }
  });

  it('serves what has an attribute that Prometheus has for the name of the metric', () => {
    const { text } = expose([{ descriptor: descriptor('a'), points: [number(1, { __name__: 'b', shop: 'x' }), number(2, { '..name..': 'b' }), number(3)] }]); // prettier-ignore
    assert.deepEqual(samplesIn(text), ['a_total{shop="x"} 1', 'a_total 2']);
  });

  it('serves two metrics of one type and one name as one, and says so', () => {
    const dots = { descriptor: descriptor('orders.placed'), points: [number(1, { shop: 'a' })] };
    const between = { descriptor: descriptor('open.orders', { type: 'gauge' }), points: [number(1)] };
    const underscores = { descriptor: descriptor('orders_placed'), points: [number(9, { shop: 'a' }), number(2, { shop: 'b' })] };
    for (const format of ['text', 'openmetrics'] as const) {
      const { conflicts, text } = expose([dots, between, underscores], format);
      assert.deepEqual(samplesIn(text), ['orders_placed_total{shop="a"} 1', 'orders_placed_total{shop="b"} 2', 'open_orders 1']);
      assert.equal([...text.matchAll(/^# TYPE orders_placed/gm)].length, 1);
      const name = format === 'text' ? 'orders_placed_total' : 'orders_placed';
      assert.deepEqual(conflicts, [{ name, isJoined: true, left: 'orders_placed', kept: 'orders.placed' }]);
    }
  });

  it('has no two samples of the same labels', () => {
    const rows: readonly [string, readonly object[]][] = [
      ['keys that become one', [{ 'a.b': 'x' }, { a_b: 'x' }]],
      ['a number and its text', [{ code: 200 }, { code: '200' }]],
      ['an empty value and none', [{ code: '' }, {}]],
      ['what is redacted', [{ password: 'hunter2' }, { password: 'hunter3' }]],
    ];
    for (const [what, sets] of rows) {
      const { text } = expose([{ descriptor: descriptor('a'), points: sets.map((set) => number(1, set as Record<string, string>)) }]);
      assert.equal(samplesIn(text).length, 1, `${what}: ${text}`);
      assert.doesNotMatch(text, /hunter/);
    }
  });

  it('joins the values of keys that become one label, and keeps the label of buckets', () => {
    const { text } = expose([
      { descriptor: descriptor('a'), points: [number(1, { 'a.b': 'x', a_b: 'y', '1st': true, list: ['p', 'q'] })] },
      { descriptor: descriptor('h', { type: 'histogram' }), points: [histogram({ count: 1, sum: 1 }, { le: '5' })] },
    ]);
    assert.match(text, /^a_total\{key_1st="true",a_b="x;y",list="\[\\"p\\",\\"q\\"\]"\} 1$/m);
    assert.match(text, /^h_bucket\{exported_le="5",le="\+Inf"\} 1$/m);
  });

  it('writes the same again at the next scrape, and nothing of the last', () => {
    const writer = createExpositionWriter({ format: 'openmetrics', target: '', onConflict: () => assert.fail() });
    writeAll(writer, EVERYTHING);
    const first = writer.take().toString();
    writeAll(writer, EVERYTHING);
    assert.equal(writer.take().toString(), first);
    assert.equal(writer.take().toString(), '# EOF\n');
  });

  it('goes on after a metric of which a point threw', () => {
    const writer = createExpositionWriter({ format: 'text', target: '', onConflict: () => assert.fail() });
    writer.metric({ name: 's' }, descriptor('broken'));
    assert.throws(() => writer.numberPoint(null as never));
    writeAll(writer, [{ descriptor: descriptor('whole'), points: [number(1)] }]);
    assert.match(writer.take().toString(), /^whole_total 1$/m);
  });

  it('leaves out a metric of whose name nothing is left', () => {
    assert.equal(expose([{ descriptor: descriptor('---', { isMonotonic: false }), points: [number(1)] }]).text, '');
  });
});
