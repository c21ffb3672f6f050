/** Libraries of the default set, on each line of Node.js, as CommonJS and as ES modules: a program sees what it sees without signalbox. */
import { after, describe, it } from 'node:test';
import { installNode } from '../matrix/releases.ts';
import { missing, type Service, type ServiceName } from '../services/services.ts';
import { COMPARED_LIBRARIES, COMPARED_RELEASES, placeFor, startService, type ComparedLibrary } from './compared.ts';
import { assertQuiet, compare } from './kit.ts';

/** Started once each, when the first library asks for it. */
const services = new Map<ServiceName, Promise<Service>>();
after(async () => void (await Promise.all([...services.values()].map(async (service) => (await service).stop()))));

async function environmentOf({ service }: ComparedLibrary): Promise<Record<string, string>> {
  if (service === undefined) return {};
  const started = services.get(service) ?? startService(service);
  services.set(service, started);
  return { SERVICE: (await started).url };
}

/** When an answer comes by a socket, and by which of Node.js' own queues its callback, is chance: what is compared is what is printed. */
const lastLines = (stderr: string): readonly string[] => stderr.split('\n').filter((line) => /^\w*Error\b/.test(line));

/** On the release that most people run, every kind and end; on the oldest and the newest the calls themselves. All of them: `print-table.ts`. */
const MAIN = '24.21.0';
const kindsOn = (release: string): readonly string[] => (release === MAIN ? ['cjs', 'mjs'] : ['cjs']);
const endsOn = (release: string, throws: boolean): readonly string[] => (release === MAIN && throws ? ['well', 'throw'] : ['well']);

for (const library of COMPARED_LIBRARIES) {
  const { args = [], atLeast, name, program, service, throws = true } = library;
  describe(name, { skip: service === undefined ? false : missing(service), concurrency: 2 }, () => {
    for (const release of COMPARED_RELEASES) {
      for (const kind of kindsOn(release)) {
        for (const end of endsOn(release, throws)) {
          it(`is as it is bare: Node.js ${release} [${kind}], ${end === 'throw' ? 'with an error that nobody handles' : 'ending well'}`, async (t) => {
            using place = await placeFor(library);
            const env = { ...(await environmentOf(library)), END: end };
            const run = { place, program: `${program}.${kind}`, args, env, node: await installNode(release) };
            const watched = await compare(run, atLeast, lastLines, { comparesStdout: end !== 'throw' });
            assertQuiet(watched);
            t.diagnostic(`${watched.stdout.split('\n').length} lines compared, 0 differences`);
          });
        }
      }
    }
  });
}
