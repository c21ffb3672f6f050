/** What those processes of a cluster had counted that have ended: it stays, so that no counter falls. */
import { deleteCounts, readEnded, writeEnded } from './counts-files.ts';
import { asMetrics, mergeMembers, newLabels, whatStays } from './merge.ts';
import type { MeetingPlace } from './meeting-place.ts';
import type { MetricSnapshot } from './snapshot.ts';

/** Names of those who were added last. */
const MOST_NAMES = 100;
/** A label that is another one in each process must not fill the memory. */
const MOST_SERIES = 10_000;

export interface Ended {
  readonly metrics: readonly MetricSnapshot[];
  /** Add what a process had counted, once. */
  add(worker: string, metrics: readonly MetricSnapshot[]): void;
}

export function createEnded(place: MeetingPlace): Ended {
  let ended = readEnded(place);
  return {
    get metrics() {
      return ended.metrics;
    },
    add(worker, metrics) {
      if (!ended.workers.includes(worker)) {
        const all = [{ name: undefined, metrics: ended.metrics }, { name: undefined, metrics: whatStays(metrics) }]; // prettier-ignore
        ended = {
          workers: [...ended.workers, worker].slice(-MOST_NAMES),
          metrics: newestSeries(asMetrics(mergeMembers(all, newLabels)), MOST_SERIES),
        };
        writeEnded(place, ended);
      }
      deleteCounts(place, worker);
    },
  };
}

/** Of each metric so many: where there are more, those go that have been there longest. */
export function newestSeries(metrics: readonly MetricSnapshot[], most: number): MetricSnapshot[] {
  return metrics.map((metric) => (metric.samples.length <= most ? metric : { ...metric, samples: metric.samples.slice(-most) }));
}
