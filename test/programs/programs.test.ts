/** Server programs that nobody here wrote: they behave as without signalbox, and their telemetry is complete and quiet. */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { startReceiver } from '../../src/receiver/receiver.ts';
import type { ReceivedLog, ReceivedMetric, ReceivedSpan } from '../../src/otlp/decode/model.ts';
import { missing, startPostgres, startRedis, type Service, type ServiceName } from '../services/services.ts';
import { compareRuns } from './kit/compare-runs.ts';
import { judgeTelemetry } from './kit/judge-telemetry.ts';
import { openWorkshop } from './kit/place.ts';
import { runServer } from './kit/run-server.ts';
import type { ServerProgram } from './kit/server-program.ts';
import { PROGRAMS } from './programs.ts';

// Plain JavaScript without a declaration, hence the type here.
const { arePackagesInstalled, packagesFolder } = (await import(new URL('../../scripts/install-packages.mjs', import.meta.url).href)) as {
  packagesFolder(name: string): string;
  arePackagesInstalled(name: string): boolean;
};

/** Each program has its processor to itself, more or less: beside it runs only what sends and receives. */
const SIDE_BY_SIDE = 2;
const PROGRAM_TIMEOUT_MS = 180_000;

const start: Partial<Record<ServiceName, () => Promise<Service>>> = { postgres: startPostgres, redis: startRedis };
const required = process.env['SIGNALBOX_TEST_SERVERS'] === 'required';
const skip =
  !required && !arePackagesInstalled('programs')
    ? 'SKIP programs: they are not installed (node scripts/install-packages.mjs programs)'
    : false;

describe('a server program from the registry', { concurrency: SIDE_BY_SIDE, skip }, () => {
  if (skip !== false) return;
  if (!arePackagesInstalled('programs'))
    throw new Error('The programs of test/programs must be installed, they are not. Run: node scripts/install-packages.mjs programs');
  const workshop = openWorkshop(packagesFolder('programs'));
  const services = new Map<ServiceName, Promise<Service>>();
  after(async () => {
    workshop.remove();
    for (const service of services.values()) await (await service.catch(() => undefined))?.stop();
  });

  function urlOf(name: ServiceName | undefined): Promise<string> {
    if (name === undefined) return Promise.resolve('');
    const running = services.get(name) ?? (start[name] as () => Promise<Service>)();
    services.set(name, running);
    return running.then(({ url }) => url);
  }

  for (const program of PROGRAMS) {
    const lacks = program.service === undefined || required ? false : missing(program.service);
    it(
      `${program.name} (${program.preload}) behaves as without signalbox, and is seen whole`,
      { skip: lacks, timeout: PROGRAM_TIMEOUT_MS },
      () => checkProgram(program),
    );
  }

  async function checkProgram(program: ServerProgram): Promise<void> {
    const [place, serviceUrl] = await Promise.all([workshop.prepare(program), urlOf(program.service)]);
    const [spans, metrics, logs] = [[] as ReceivedSpan[], [] as ReceivedMetric[], [] as ReceivedLog[]];
    const receiver = await startReceiver({
      grpcPort: false,
      onTraces: (received) => void spans.push(...received),
      onMetrics: (received) => void metrics.push(...received),
      onLogs: (received) => void logs.push(...received),
    });
    try {
      place.restore();
      const bare = await runServer(program, 'none', place, {}, serviceUrl);
      place.restore();
      const watched = await runServer(program, program.preload, place, { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.httpUrl }, serviceUrl);
      assert.deepEqual([...compareRuns(program, bare, watched), ...judgeTelemetry(program, watched, { spans, metrics, logs })], []);
    } finally {
      await receiver.close();
    }
  }
});
