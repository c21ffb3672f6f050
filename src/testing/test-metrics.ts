/** The measurements of one test. */
import type { Attributes } from '@opentelemetry/api';
import type { TestMetric, TestMetricPoint } from './records.ts';

export interface Instrument {
  readonly name: string;
  readonly type: TestMetric['type'];
  readonly unit: string;
  readonly description: string;
}

export interface TestMetrics {
  record(instrument: Instrument, value: number, attributes: Attributes | undefined): void;
  /** What a callback observes replaces what it observed before. */
  observe(instrument: Instrument, value: number, attributes: Attributes | undefined): void;
  read(): TestMetric[];
  clear(): void;
}

type Point = { -readonly [Key in keyof TestMetricPoint]: TestMetricPoint[Key] };
interface Series {
  readonly instrument: Instrument;
  readonly points: Map<string, Point>;
}

export function createTestMetrics(): TestMetrics {
  const series = new Map<string, Series>();

  function pointOf(instrument: Instrument, attributes: Attributes = {}): Point {
    const key = `${instrument.type} ${instrument.name}`;
    let found = series.get(key);
    if (found === undefined) series.set(key, (found = { instrument, points: new Map() }));
    const set = JSON.stringify(Object.entries(attributes).sort(([a], [b]) => (a < b ? -1 : 1)));
    const known = found.points.get(set);
    if (known !== undefined) return known;
    const point = { attributes: { ...attributes }, value: 0, count: 0, min: Infinity, max: -Infinity };
    found.points.set(set, point);
    return point;
  }

  function note(point: Point, value: number): void {
    point.count++;
    point.min = Math.min(point.min, value);
    point.max = Math.max(point.max, value);
  }

  return {
    clear: () => series.clear(),
    record(instrument, value, attributes) {
      const point = pointOf(instrument, attributes);
      note(point, value);
      point.value = instrument.type === 'gauge' ? value : point.value + value;
    },
    observe(instrument, value, attributes) {
      const point = pointOf(instrument, attributes);
      note(point, value);
      point.value = value;
    },
    read: () =>
      [...series.values()].map(({ instrument, points }) => ({
        ...instrument,
        points: [...points.values()].map((point) => ({ ...point })),
      })),
  };
}
