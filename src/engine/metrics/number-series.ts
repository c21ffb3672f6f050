/** Series of numbers: sums of what was added, and the last value. */
import type { Attributes, Context } from '@opentelemetry/api';
import type { MetricWriter, NumberPoint } from '../../otlp/metric-writer.ts';
import { Series } from './series.ts';

abstract class NumberSeries extends Series implements NumberPoint {
  value = 0;

  write(writer: MetricWriter): void {
    writer.numberPoint(this);
  }

  clear(): void {
    this.value = 0;
    this.reservoir?.clear();
  }
}

export class SumSeries extends NumberSeries {
  record(value: number, attributes: Attributes | undefined, context: Context | undefined): void {
    if (!this.isActive && !this.owner.activate(this)) return this.owner.overflow.record(value, attributes, context);
    this.value += value;
    if (this.reservoir !== undefined) this.reservoir.offer(0, value, attributes, context, this.known);
  }

  observe(value: number): void {
    this.value = value;
  }
}

export class LastValueSeries extends NumberSeries {
  record(value: number, attributes: Attributes | undefined, context: Context | undefined): void {
    if (!this.isActive && !this.owner.activate(this)) return this.owner.overflow.record(value, attributes, context);
    this.value = value;
    if (this.reservoir !== undefined) this.reservoir.offer(0, value, attributes, context, this.known);
  }

  observe(value: number): void {
    this.value = value;
  }
}
