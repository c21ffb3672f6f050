import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { METRIC_ALIASES } from '../../../src/names/metrics/aliases.ts';
import { METRIC_SECTIONS, METRICS } from '../../../src/names/metrics/catalogue.ts';
import { prometheusLabel, prometheusName } from '../../../src/names/prometheus-name.ts';

const rows = METRIC_SECTIONS.flatMap(({ metrics }) => metrics);

describe('the catalogue of metrics', () => {
  it('has each name once, also in Prometheus', () => {
    assert.equal(METRICS.size, rows.length);
    assert.equal(new Set(rows.map(prometheusName)).size, rows.length);
  });

  it('has names, units and keys that OpenTelemetry allows', () => {
    for (const { attributes, name, unit } of rows) {
      assert.match(name, /^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$/);
      assert.match(unit, /^(s|By|1|By\/s|\{[a-z_]+\})$/, name);
      for (const key of Object.keys(attributes)) {
        assert.match(key, /^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$/, name);
        assert.equal(prometheusLabel(key), key.replaceAll('.', '_'));
      }
    }
  });

  it('has buckets for histograms and for nothing else, in rising order', () => {
    for (const { buckets, name, type } of rows) {
      assert.equal(buckets !== undefined, type === 'histogram', name);
      assert.deepEqual(
        [...(buckets ?? [])],
        [...(buckets ?? [])].sort((a, b) => a - b),
        name,
      );
    }
  });

  it('describes each', () => {
    for (const { description, name } of rows) assert.match(description, /^[A-Z].{10,}$/, name);
  });

  it('has old names of what is there, each once, with labels that are there', () => {
    for (const { alias, metric, part, where = {} } of METRIC_ALIASES) {
      const row = METRICS.get(metric);
      assert.ok(row !== undefined, alias);
      assert.equal(part === undefined || row.type === 'histogram', true, alias);
      for (const [key, value] of Object.entries(where)) {
        const allowed = row.attributes[key];
        assert.ok(allowed !== undefined, `${alias}: ${key}`);
        if (typeof allowed === 'object' && value !== '*' && value !== '') assert.ok(allowed.includes(value), `${alias}: ${value}`);
      }
      assert.notEqual(alias, prometheusName(row));
    }
    assert.equal(new Set(METRIC_ALIASES.map(({ alias }) => alias)).size, METRIC_ALIASES.length);
  });
});
