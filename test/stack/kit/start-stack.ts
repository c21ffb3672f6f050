/** The Collector, Jaeger, Prometheus, Alertmanager and Loki from the shipped files, as processes of their own on free ports. */
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { alertmanagerCommand } from './alertmanager.ts';
import { collectorQueries, jaegerQueries, lokiQueries, prometheusQueries } from './queries.ts';
import type { CollectorMetric, JaegerQueries, LokiQueries, PrometheusQueries } from './queries.ts';
import { reservePorts } from './reserve-ports.ts';
import { collectorCommand, jaegerCommand, lokiCommand, placeOf, PORTS, prometheusCommand, SHIPPED_SETTINGS } from './server-commands.ts';
import type { StackOptions, StackUrls } from './server-commands.ts';
import { createServer } from './server-process.ts';
import type { Server } from './server-process.ts';
import { skipWithout } from './servers.ts';
import { startWatchdog } from './watchdog.ts';

export { shipped } from './server-commands.ts';
export type { StackOptions, StackUrls } from './server-commands.ts';

export interface Stack {
  readonly urls: StackUrls;
  readonly collector: Server;
  readonly jaeger: Server & JaegerQueries;
  readonly prometheus: Server & PrometheusQueries;
  readonly alertmanager: Server;
  readonly loki: Server & LokiQueries;
  readonly collectorMetric: CollectorMetric;
  /** Holds the queue, Prometheus' data and everything else; gone after `stopAll`. */
  readonly folder: string;
  /** The end of every server's log, for the message of a failure. */
  logs(): string;
  /** Also what `await using` calls. Does nothing the second time. */
  stopAll(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

const LOG_TAIL_CHARACTERS = 4000;

/**
 * Start all of them and wait until each says that it is ready.
 *
 * @throws {Error} with the end of the log when one does not start; nothing is left running then.
 */
export async function startStack(options: StackOptions = {}): Promise<Stack> {
  const missing = skipWithout('collector', 'jaeger', 'prometheus', 'alertmanager', 'loki');
  if (missing) throw new Error(missing);
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-stack-'));
  const watchdog = startWatchdog(folder);
  const reserved = await reservePorts(PORTS.length);
  const place = placeOf(folder, reserved.ports);
  const { urls } = place;
  const collector = createServer(collectorCommand(place, options), watchdog);
  const jaeger = createServer(jaegerCommand(place), watchdog);
  const prometheus = createServer(prometheusCommand(place, options), watchdog);
  const alertmanager = createServer(
    alertmanagerCommand(folder, place.ports.alertmanager, options.settings ?? SHIPPED_SETTINGS, options.telegram),
    watchdog,
  );
  const loki = createServer(lokiCommand(place), watchdog);
  const servers = [collector, jaeger, prometheus, alertmanager, loki];
  let stopped: Promise<void> | undefined;
  async function stop(): Promise<void> {
    // The Collector first, so that it can hand over what it has; killed all the same if that takes too long.
    const results = [];
    for (const server of servers) results.push(await Promise.allSettled([server.stop()]));
    reserved.release();
    watchdog.dismiss();
    await rm(folder, { recursive: true, force: true });
    const failed = results.flat().find((result) => result.status === 'rejected');
    if (failed) throw failed.reason;
  }
  const stopAll = (): Promise<void> => (stopped ??= stop());

  const wanted = servers.filter(({ name }) => !(options.without ?? []).some((other) => other === name));
  const starts = await Promise.allSettled(wanted.map((server) => server.start()));
  const failed = starts.find((start) => start.status === 'rejected');
  if (failed) {
    await stopAll();
    throw failed.reason;
  }
  return {
    urls,
    collector,
    jaeger: { ...jaeger, ...jaegerQueries(urls.jaegerQuery) },
    prometheus: { ...prometheus, ...prometheusQueries(urls.prometheus) },
    alertmanager,
    loki: { ...loki, ...lokiQueries(urls.loki) },
    collectorMetric: collectorQueries(urls.collectorMetrics),
    folder,
    logs: () => servers.map((server) => `--- ${server.name}\n${server.log().slice(-LOG_TAIL_CHARACTERS)}`).join('\n'),
    stopAll,
    [Symbol.asyncDispose]: stopAll,
  };
}
