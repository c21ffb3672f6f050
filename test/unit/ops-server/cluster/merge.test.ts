import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { SeriesLabels } from '../../../../src/otlp/metric-writer.ts';
import { asMetrics, mergeMembers, whatStays, writeMerged } from '../../../../src/ops-server/cluster/merge.ts';
import { createSnapshotWriter, type MetricSnapshot, type Sample } from '../../../../src/ops-server/cluster/snapshot.ts';
import { createExpositionWriter } from '../../../../src/ops-server/exposition/exposition-writer.ts';
import { EVERYTHING, exemplar, expose, exponential, descriptor, number, writeAll, type Metric } from '../exposition/kit.ts';

function snapshotOf(metrics: readonly Metric[]): MetricSnapshot[] {
  const writer = createSnapshotWriter();
  writeAll(writer, metrics);
  return structuredClone(writer.take());
}

const labelsOf = (_key: string, { attributes }: Sample): SeriesLabels => ({ attributes, protobuf: undefined, json: undefined, text: undefined }); // prettier-ignore

function exposeMembers(...members: (readonly MetricSnapshot[])[]): string {
  const writer = createExpositionWriter({ format: 'text', target: '', onConflict: () => assert.fail() });
  writeMerged(mergeMembers(members.map((metrics, i) => ({ name: String(i + 1), metrics })), labelsOf), writer); // prettier-ignore
  return writer.take().toString();
}

describe('what several processes recorded', () => {
  it('is the same as of one, but for the label of gauges, when there is one', () => {
    const withoutWorker = exposeMembers(snapshotOf(EVERYTHING)).replaceAll(/,?worker="1"/g, '');
    assert.equal(withoutWorker, expose(EVERYTHING).text);
  });

  it('is added up, and gauges are told apart', () => {
    const one = snapshotOf(EVERYTHING);
    const text = exposeMembers(one, one, one);
    assert.match(text, /^orders_placed_total\{shop="münchen"\} 123$/m);
    assert.match(text, /^http_server_active_requests\{http_request_method="GET"\} 9$/m);
    assert.match(text, /^http_server_request_duration_seconds_bucket\{http_route="\/orders\/:id",le="1\.0"\} 12$/m);
    assert.match(text, /^http_server_request_duration_seconds_count\{http_route="\/orders\/:id"\} 18$/m);
    for (const worker of [1, 2, 3]) assert.match(text, new RegExp(`^pool_use_ratio\\{pool="a",worker="${worker}"\\} 0\\.25$`, 'm'));
  });

  it('has the exemplars of each of them', () => {
    const of = (spanId: string): MetricSnapshot[] =>
      snapshotOf([{ descriptor: descriptor('orders'), points: [number(1, {}, [exemplar(1, spanId)])] }]);
    const [orders] = asMetrics(mergeMembers([of('00f067aa0ba902b7'), of('b7ad6b7169203331')].map((metrics, i) => ({ name: `${i}`, metrics })), labelsOf)); // prettier-ignore
    assert.deepEqual(
      orders?.samples.flatMap(({ exemplars }) => exemplars.map(({ spanId }) => spanId)),
      ['00f067aa0ba902b7', 'b7ad6b7169203331'],
    );
  });

  it('adds up exponential histograms of different scales', () => {
    const of = (scale: number, counts: readonly number[]): MetricSnapshot[] => snapshotOf([{ descriptor: descriptor('h', { type: 'exponential_histogram' }), points: [exponential({ count: counts.reduce((a, b) => a + b), sum: 1, scale, positive: { offset: 0, counts } })] }]); // prettier-ignore
    const text = exposeMembers(of(0, [1, 2]), of(1, [1, 1, 4]));
    assert.match(text, /^h_bucket\{le="2\.0"\} 3$/m);
    assert.match(text, /^h_bucket\{le="4\.0"\} 9$/m);
    assert.match(text, /^h_count 9$/m);
  });

  it('has the health of a check as it is in the worst of them', () => {
    const of = (value: number): MetricSnapshot[] => snapshotOf([{ descriptor: descriptor('signalbox.health.status', { type: 'gauge', isMonotonic: false }), points: [number(value, { 'signalbox.health.check.name': 'db' })] }]); // prettier-ignore
    assert.match(exposeMembers(of(1), of(0.5), of(1)), /^signalbox_health_status\{signalbox_health_check_name="db"\} 0\.5$/m);
  });

  it('is not one because the name is: a sum that may fall is another metric, and two gauges of a process are not added up', () => {
    const text = exposeMembers(
      snapshotOf([
        { descriptor: descriptor('jobs.done'), points: [number(3)] },
        { descriptor: descriptor('jobs.done', { isMonotonic: false }), points: [number(-5)] },
        { descriptor: descriptor('heat', { type: 'gauge' }), points: [number(20, { room: 'a' })] },
        { descriptor: descriptor('heat', { type: 'gauge' }), points: [number(21, { room: 'a' })] },
      ]),
    );
    assert.match(text, /^jobs_done_total 3$/m);
    assert.match(text, /^jobs_done -5$/m);
    assert.match(text, /^heat\{room="a",worker="1"\} 20$/m);
  });

  it('keeps a label of the application that has the name of the one that tells processes apart', () => {
    const depths: readonly Metric[] = [
      { descriptor: descriptor('depth', { type: 'gauge' }), points: [number(4, { worker: 'mails' }), number(6, { worker: 'bills' })] },
    ];
    const text = exposeMembers(snapshotOf(depths), snapshotOf(depths));
    for (const worker of [1, 2])
      for (const [name, depth] of [
        ['mails', 4],
        ['bills', 6],
      ])
        // prettier-ignore
        assert.match(text, new RegExp(`^depth\\{exported_worker="${name}",worker="${worker}"\\} ${depth}$`, 'm'));
  });

  it('tells numbers in attributes apart that JSON has no words for', () => {
    const shares = { descriptor: descriptor('shares'), points: [number(1, { of: Number.NaN }), number(2, { of: Infinity }), number(4, { of: -Infinity })] }; // prettier-ignore
    const text = exposeMembers(snapshotOf([shares]), snapshotOf([shares]));
    for (const [of, value] of [['NaN', 2], ['Infinity', 4], ['-Infinity', 8]]) assert.match(text, new RegExp(`^shares_total\\{of="${of}"\\} ${value}$`, 'm')); // prettier-ignore
  });

  it('never falls when a process ends', () => {
    const one = snapshotOf(EVERYTHING);
    const ended = asMetrics(mergeMembers([{ name: '', metrics: whatStays(one) }, { name: '', metrics: whatStays(one) }], labelsOf)); // prettier-ignore
    const text = exposeMembers(one, ended);
    assert.match(text, /^orders_placed_total\{shop="münchen"\} 123$/m);
    assert.match(text, /^http_server_active_requests\{http_request_method="GET"\} 3$/m);
    assert.doesNotMatch(text, /worker="2"/);
  });
});
