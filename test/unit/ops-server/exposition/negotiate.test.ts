import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { formatBound } from '../../../../src/ops-server/exposition/format-number.ts';
import { acceptsGzip, negotiateFormat } from '../../../../src/ops-server/exposition/negotiate.ts';

describe('the format', () => {
  const rows: readonly [string | undefined, string][] = [
    // What Prometheus 3 sends.
    [
      'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,text/plain;version=0.0.4;q=0.2,*/*;q=0.1',
      'openmetrics',
    ],
    ['application/openmetrics-text; version=1.0.0', 'openmetrics'],
    ['application/openmetrics-text', 'openmetrics'],
    ['Application/OpenMetrics-Text;Q=1', 'openmetrics'],
    ['text/plain, application/openmetrics-text', 'openmetrics'],
    ['text/plain, application/openmetrics-text;q=0.9', 'text'],
    ['application/openmetrics-text;version=2.0.0', 'text'],
    ['application/openmetrics-text;q=0', 'text'],
    ['application/openmetrics-text;q=x', 'text'],
    ['*/*', 'text'],
    ['', 'text'],
    [undefined, 'text'],
    [',,;;=,q', 'text'],
  ];
  for (const [accept, format] of rows) it(`is ${format} for ${accept}`, () => assert.equal(negotiateFormat(accept), format));
});

describe('gzip', () => {
  for (const [header, is] of [
    ['gzip', true],
    ['gzip, deflate, br', true],
    ['*', true],
    ['gzip;q=0', false],
    ['identity, gzip;q=0, *', false],
    ['br', false],
    [undefined, false],
  ] as const)
    // prettier-ignore
    it(`is ${is ? '' : 'not '}sent for ${header}`, () => assert.equal(acceptsGzip(header), is));
});

describe('the bound of a bucket', () => {
  for (const [bound, text] of [
    [1, '1.0'],
    [0, '0.0'],
    [-2, '-2.0'],
    [0.005, '0.005'],
    [100_000, '100000.0'],
    [1_000_000, '1e+06'],
    [2.5e7, '2.5e+07'],
    [0.0001, '0.0001'],
    [1e-5, '1e-05'],
    [2 ** -20, '9.5367431640625e-07'],
    [1e100, '1e+100'],
  ] as const)
    // prettier-ignore
    it(`${bound} is ${text}`, () => assert.equal(formatBound(bound), text));
});
