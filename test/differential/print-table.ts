/**
 * How many lines of each program differ, with signalbox and with the preload of the OpenTelemetry project, as a table in Markdown.
 *
 *   node test/differential/print-table.ts [--release 22.15.0,24.21.0] [--only pg,koa] [--show]
 *
 * Needs a build. `--show` prints the lines. Exits with 1 when a program differs with signalbox.
 */
import { parseArgs } from 'node:util';
import { installNode } from '../matrix/releases.ts';
import type { Service, ServiceName } from '../services/services.ts';
import { COMPARED_LIBRARIES, COMPARED_RELEASES, placeFor, startService, versionOf, type ComparedLibrary } from './compared.ts';
import { differences, runBare, runOfficial, runWatched, type Run } from './kit.ts';

const { values } = parseArgs({
  options: {
    release: { type: 'string', default: COMPARED_RELEASES.join() },
    only: { type: 'string', default: COMPARED_LIBRARIES.map(({ name }) => name).join() },
    show: { type: 'boolean', default: false },
  },
});
const releases = values.release.split(',');
const services = new Map<ServiceName, Service>();

interface Row {
  readonly lines: number;
  readonly ours: number;
  readonly official: number;
}

async function count(library: ComparedLibrary, release: string, kind: string): Promise<Row> {
  const { args = [], program, service } = library;
  using place = await placeFor(library);
  if (service !== undefined && !services.has(service)) services.set(service, await startService(service));
  const env = service === undefined ? {} : { SERVICE: services.get(service)?.url ?? '' };
  const run: Run = { place, program: `${program}.${kind}`, args, env, node: await installNode(release) };
  const bare = await runBare(run);
  if (bare.timedOut) throw new Error(`${run.program} must end. It printed:\n${bare.stdout}`);
  const ours = differences(bare, await runWatched(run));
  const official = differences(bare, await runOfficial(run));
  if (values.show) {
    for (const line of ours) console.error(`signalbox, ${library.name} [${kind}] ${release}: ${line}`);
    for (const line of official) console.error(`official, ${library.name} [${kind}] ${release}: ${line}`);
  }
  return { lines: bare.stdout.split('\n').length - 1, ours: ours.length, official: official.length };
}

console.log('| library | Node.js | kind | lines | signalbox | official preload |\n| --- | --- | --- | --- | --- | --- |');
try {
  for (const library of COMPARED_LIBRARIES.filter(({ name }) => values.only.split(',').includes(name))) {
    for (const release of releases) {
      for (const kind of ['cjs', 'mjs']) {
        const { lines, official, ours } = await count(library, release, kind);
        console.log(`| ${library.name} ${await versionOf(library)} | ${release} | ${kind} | ${lines} | ${ours} | ${official} |`);
        if (ours > 0) process.exitCode = 1;
      }
    }
  }
} finally {
  for (const service of services.values()) await service.stop();
}
