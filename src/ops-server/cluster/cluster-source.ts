/** What is scraped in a process that may become the primary of a cluster: its own metrics, and with workers those of all. */
import type { MetricSource } from '../../otlp/metric-writer.ts';
import { hasClusterWorkers } from '../../process/process-manager.ts';
import { setTimeout } from '../../runtime/captured.ts';
import { contain } from '../../runtime/contain.ts';
import { atEnd } from '../../runtime/end-work.ts';
import { loadPart } from '../../runtime/load-part.ts';
import type { Hub } from './hub.ts';

const LOOK_EVERY_MS = 250;

export function createClusterSource(own: MetricSource): MetricSource {
  let hub: Hub | undefined;

  function look(): void {
    if (!hasClusterWorkers()) return void setTimeout(() => contain('looking for workers of a cluster', look), LOOK_EVERY_MS).unref();
    const { openHub } = loadPart<typeof import('./hub.ts')>(import.meta.url, './hub');
    hub = openHub(own);
    atEnd(() => hub?.close());
  }
  look();
  return {
    collect: (writer, options) => (hub?.source ?? own).collect(writer, options),
    collectNow: (writer) => own.collectNow(writer),
  };
}
