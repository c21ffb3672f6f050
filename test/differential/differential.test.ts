/** Instrumentations change nothing: each program prints and ends bare and watched alike. */
import { describe, it } from 'node:test';
import { AS_INSTALLED, assertQuiet, compare, placeWith } from './kit.ts';
import { placeWithPino } from './libraries.ts';

interface Compared {
  /** Without its ending. */
  readonly program: string;
  readonly release: string;
  /** Another major, by the name that it is installed under. */
  readonly packages?: Readonly<Record<string, string>>;
  /** One of test/libraries. */
  readonly pino?: 8 | 9;
  readonly kinds?: readonly ('cjs' | 'mjs')[];
  /** Default: well, and with an error that nobody handles. */
  readonly endings?: readonly Ending[];
}

type Ending = 'well' | 'throw' | 'handled';
const USUAL_ENDINGS: readonly Ending[] = ['well', 'throw'];
const ENDINGS: Readonly<Record<Ending, string>> = {
  well: 'ending well',
  throw: 'with an error that nobody handles',
  handled: 'with an error that the library handles',
};

const COMPARED: readonly Compared[] = [
  { program: 'graphql', release: 'graphql 16' },
  { program: 'graphql', release: 'graphql 17', packages: { graphql: 'graphql17' } },
  { program: 'openai', release: 'openai 6' },
  { program: 'pino', release: 'pino 10' },
  { program: 'pino', release: 'pino 9', pino: 9 },
  { program: 'pino', release: 'pino 8', pino: 8 },
  { program: 'winston', release: 'winston 3', endings: ['well', 'throw', 'handled'] },
  { program: 'bunyan', release: 'bunyan 1' },
  { program: 'bunyan', release: 'bunyan 2', packages: { bunyan: 'bunyan2', exeunt: 'exeunt' } },
];

/** By which of Node.js' own queues a callback came, when timers and immediates are due at once, is chance. */
const OWN_QUEUES = /^ +at .*\(node:internal\/(?:process\/task_queues|timers):.*\n/gm;

describe('a program that is watched is as it is bare', { concurrency: 2 }, () => {
  for (const { program, release, packages, pino, kinds = ['cjs', 'mjs'], endings = USUAL_ENDINGS } of COMPARED) {
    for (const kind of kinds) {
      for (const end of endings) {
        it(`${release} [${kind}], ${ENDINGS[end]}`, async (t) => {
          const others = pino === undefined ? AS_INSTALLED : await placeWithPino(pino);
          using place = packages === undefined ? others : placeWith(packages);
          const watched = await compare({ place, program: `${program}.${kind}`, env: { END: end } }, 20, (stderr) => [
            stderr.replaceAll(OWN_QUEUES, ''),
          ]);
          assertQuiet(watched);
          t.diagnostic(`${watched.stdout.split('\n').length} lines compared, 0 differences`);
        });
      }
    }
  }
});
