/** What the instrumentations of mysql and mysql2 record with. */
import type { Meter } from '@opentelemetry/api';
import { version } from '../../version.ts';
import { InstrumentationBase } from '../loading/instrumentation-base.ts';
import { durationOfOperations } from './db-client.ts';
import type { Recorder } from './mysql-operation.ts';

export abstract class MySQLRecorder extends InstrumentationBase implements Recorder {
  declare duration: Recorder['duration'];

  constructor(library: 'mysql' | 'mysql2', options: Record<string, unknown>) {
    super(`signalbox/${library}`, version, options);
  }

  get options(): Recorder['options'] {
    return this.getConfig() as Recorder['options'];
  }

  get spans(): Recorder['spans'] {
    return this.tracer;
  }

  protected override _updateMetricInstruments(): void {
    this.duration = durationOfOperations(this.meter as Meter);
  }
}
