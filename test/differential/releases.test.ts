/** Libraries of the default set, on each line of Node.js, as CommonJS and as ES modules: a program sees what it sees without signalbox. */
import { after, before, describe, it } from 'node:test';
import { installNode } from '../matrix/releases.ts';
import { missing, type Service, type ServiceName } from '../services/services.ts';
import { COMPARED_LIBRARIES, COMPARED_RELEASES, placeFor, startService, type ComparedLibrary } from './compared.ts';
import { assertQuiet, compare } from './kit.ts';

/** When an answer comes by a socket, and by which of Node.js' own queues its callback, is chance: what is compared is what is printed. */
const lastLines = (stderr: string): readonly string[] => stderr.split('\n').filter((line) => /^\w*Error\b/.test(line));

/** An error that nobody handles, on the release that most people run. */
const MAIN = '24.21.0';
const endsOn = (release: string, throws: boolean): readonly string[] => (release === MAIN && throws ? ['well', 'throw'] : ['well']);

function compareOnReleases(library: ComparedLibrary, env: () => Readonly<Record<string, string>>): void {
  const { args = [], atLeast, name, program, throws = true } = library;
  for (const release of COMPARED_RELEASES) {
    for (const kind of ['cjs', 'mjs']) {
      for (const end of endsOn(release, throws)) {
        it(`${name}, Node.js ${release} [${kind}], ${end === 'throw' ? 'with an error that nobody handles' : 'ending well'}`, async (t) => {
          using place = await placeFor(library);
          const run = { place, program: `${program}.${kind}`, args, env: { ...env(), END: end }, node: await installNode(release) };
          const watched = await compare(run, atLeast, lastLines, { comparesStdout: end !== 'throw' });
          assertQuiet(watched);
          t.diagnostic(`${watched.stdout.split('\n').length} lines compared, 0 differences`);
        });
      }
    }
  }
}

/** One after another: they share a server, and what the one leaves there the other one sees. */
function compareOn(service: ServiceName): void {
  describe(`on ${service}`, { skip: missing(service), concurrency: 1 }, () => {
    let started: Service | undefined;
    before(async () => void (started = await startService(service)));
    after(() => started?.stop());
    for (const library of COMPARED_LIBRARIES)
      if (library.service === service) compareOnReleases(library, () => ({ SERVICE: started?.url ?? '' }));
  });
}

describe('libraries on each Node.js are as without signalbox', { concurrency: 3 }, () => {
  describe('on no server', { concurrency: 2 }, () => {
    for (const library of COMPARED_LIBRARIES) if (library.service === undefined) compareOnReleases(library, () => ({}));
  });
  for (const service of new Set(COMPARED_LIBRARIES.map((library) => library.service))) if (service !== undefined) compareOn(service);
});
