/** A process that may become the primary of a cluster: it answers for itself, and with workers for all. */
import { createServer } from 'node:net';
import { rmSync } from 'node:fs';
import type { ReceivedAlert } from '../../runtime/alert-handlers.ts';
import type { HealthReport } from '../../app/health/check.ts';
import type { MetricSource } from '../../otlp/metric-writer.ts';
import { hasClusterWorkers } from '../../process/process-manager.ts';
import { setTimeout } from '../../runtime/captured.ts';
import { attempt, contain, contained } from '../../runtime/contain.ts';
import { loadPart } from '../../runtime/load-part.ts';
import type { Hub, OnLate } from './hub.ts';
import { reportOf, type LocalAnswers, type ReportKind } from './local-answers.ts';

const LOOK_EVERY_MS = 250;

/** What is answered, by whoever is asked for it. */
export interface Answering {
  /** `undefined` when no metrics are recorded. */
  readonly metrics: MetricSource | undefined;
  report(kind: ReportKind): Promise<HealthReport>;
  /** Hands it to one process that has a handler for it. @returns whether there is one. */
  takeAlert(alert: ReceivedAlert): Promise<boolean>;
}

export interface PrimaryOptions {
  readonly local: LocalAnswers;
  readonly onUnable: (error: unknown) => void;
  readonly onLate: OnLate;
}

export function answerForWorkers(options: PrimaryOptions): Answering {
  const { local } = options;
  const own = local.metrics;
  let hub: Hub | undefined;

  function look(): void {
    if (hasClusterWorkers()) hub = openPrimaryHub(options);
    else setTimeout(() => contain('looking for workers of a cluster', look), LOOK_EVERY_MS).unref();
  }
  look();
  return {
    metrics: own && {
      collect: (writer, collectOptions) => (hub?.metrics ?? own).collect(writer, collectOptions),
      collectNow: (writer) => own.collectNow(writer),
    },
    report: (kind) => hub?.report(kind) ?? reportOf(local, kind),
    takeAlert: async (alert) => hub?.takeAlert(alert) ?? local.takeAlert(alert),
  };
}

function openPrimaryHub({ local, onLate, onUnable }: PrimaryOptions): Hub | undefined {
  const places = loadPart<typeof import('./meeting-place.ts')>(import.meta.url, './meeting-place');
  const place = places.primaryPlace(process.pid);
  try {
    places.openFolder(place);
  } catch (error) {
    onUnable(error);
    return undefined;
  }
  const path = places.socketPath(place, 1);
  const { deleteAllCounts } = loadPart<typeof import('./counts-files.ts')>(import.meta.url, './counts-files');
  // Of a process that had this number before.
  deleteAllCounts(place);
  if (process.platform !== 'win32') attempt(() => rmSync(path, { force: true }));
  const server = createServer();
  server.unref();
  server.on('error', (error) => contained('listening to the workers of the cluster', error));
  server.listen({ path }, () => places.claimSocket(place, 1));
  const { openHub } = loadPart<typeof import('./hub.ts')>(import.meta.url, './hub');
  const hub = openHub(server, { place, local, worker: 'primary', isPrimary: true, counts: undefined, onLate });
  process.once('exit', () => {
    hub.close();
    deleteAllCounts(place);
  });
  return hub;
}
