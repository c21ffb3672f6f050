/**
 * Joins what every start loads into few files, for each file costs its look-up and its compilation: `npm run build` runs it on what
 * `tsc` wrote.
 *
 * Each module of `dist` stays where it is and can be loaded by its path: one that was joined is left as a few lines that pass on its
 * exports. So what is loaded later, and what other files import, is the same instance. `import.meta.url` is still that of the
 * module's own file.
 */
import { readFileSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const DIST = join(dirname(fileURLToPath(import.meta.url)), '../dist');

/** Put into `register.js`, which has no import: each worker thread loads that, and most nothing else. */
const STAND_IN = 'worker-stand-in.js';

const modules = readdirSync(DIST, { recursive: true })
  .map((file) => file.replaceAll(sep, '/'))
  .filter((file) => file.endsWith('.js') && file !== STAND_IN);

/** What is joined, without what is in a group before: what all of `roots` import, or of these what others do as well. */
const GROUPS = [
  // The processes that only launch others load no more than this.
  { name: 'preload-core', roots: ['preload.js'] },
  // So does the thread that sends while a process ends.
  {
    name: 'transport-core',
    roots: ['process/exit-flush-worker.js', 'export/transport/http-transport.js', 'export/transport/grpc-transport.js'],
    alsoOf: ['start.js'],
  },
  // What applications import loads no more than this without the preload.
  {
    name: 'app-core',
    roots: modules.filter((file) => /^app\/[^/]+\/index\.js$/.test(file)),
    alsoOf: ['start.js', 'instrumentation/http/http.js'],
  },
  { name: 'start-core', roots: ['start.js', 'otlp/encode/protobuf-encoder.js'] },
  {
    name: 'redaction-core',
    roots: ['redaction/redact-attribute.js', 'redaction/redact-text.js', 'redaction/redact-url.js', 'redaction/configure-redaction.js'],
  },
  // Every server loads `node:http`, and most a library that is instrumented.
  {
    name: 'server-core',
    roots: [
      'instrumentation/http/http.js',
      'instrumentation/loading/instrumentation-base.js',
      'instrumentation/loading/unsupported-version.js',
    ],
  },
];

/** What `import 'signalbox'` loads, which says under Node.js 18 that it is too old: `process.getBuiltinModule` is missing there. */
const NEEDED_BY_OLD = new Set(['preload-core', 'transport-core', 'app-core']);

/** As it was at the start: an application may replace it before another of these files is loaded. */
const CAPTURED = 'globalThis[Symbol.for("signalbox.builtin")]';

/** The modules that `file` imports statically, and theirs. */
function reachable(file, found = new Set()) {
  if (found.has(file)) return found;
  found.add(file);
  const source = readFileSync(join(DIST, file), 'utf8');
  for (const [, specifier] of source.matchAll(/^(?:import|export)\s(?:[^;'"]*?\sfrom\s)?['"](\.[^'"]+)['"]/gm))
    reachable(relative(DIST, resolve(DIST, dirname(file), specifier)).replaceAll(sep, '/'), found);
  return found;
}

const groupOf = new Map();
for (const { name, roots, alsoOf } of GROUPS) {
  const shared = alsoOf === undefined ? undefined : new Set(alsoOf.flatMap((file) => [...reachable(file)]));
  for (const file of roots.flatMap((root) => [...reachable(root)]))
    if (!groupOf.has(file) && shared?.has(file) !== false) groupOf.set(file, name);
}

const idOf = (id) => relative(DIST, id).replaceAll(sep, '/');

const bundle = await rolldown({
  cwd: join(DIST, '..'),
  input: Object.fromEntries(modules.map((file) => [file.slice(0, -'.js'.length), join(DIST, file)])),
  platform: 'node',
  external: (id) => !id.startsWith('.') && !id.startsWith('/') && !id.startsWith(DIST),
  treeshake: { moduleSideEffects: true, propertyReadSideEffects: 'always' },
  preserveEntrySignatures: 'strict',
  plugins: [
    {
      name: 'own-url',
      /** The files that modules are joined into stand in `dist` itself. */
      transform(code, id) {
        const file = idOf(id);
        if (file === 'register.js')
          return `import { standIn } from './${STAND_IN}';\n${code.replace(`require('./${STAND_IN}')`, '({ standIn })')}`;
        if (!groupOf.has(file) || !/^(?! *(?:\*|\/[/*])).*import\.meta\.url/m.test(code)) return null;
        const folder = "import.meta.url.slice(0, import.meta.url.lastIndexOf('/') + 1)";
        return `const ownUrl = ${folder} + ${JSON.stringify(file)};\n${code.replaceAll('import.meta.url', 'ownUrl')}`;
      },
      /** An import of a built-in module reads each of its exports, some of which load others; and Node.js resolves it anew for each file. */
      renderChunk(code, { name }) {
        if (!GROUPS.some((group) => group.name === name)) return null;
        const joined = code.replace(
          /^import \{ ([^}]+) \} from "(node:[^"]+)";$/gm,
          (_, names, builtin) => `const { ${names.replaceAll(' as ', ': ')} } = getBuiltin("${builtin}");`,
        );
        if (!joined.includes('getBuiltin(')) return joined;
        if (!NEEDED_BY_OLD.has(name)) return `const getBuiltin = ${CAPTURED} ?? process.getBuiltinModule;\n${joined}`;
        const captured = `${CAPTURED} ??= process.getBuiltinModule ?? requireOf(import.meta.url)`;
        return `import { createRequire as requireOf } from "node:module";\nconst getBuiltin = (${captured});\n${joined}`;
      },
    },
  ],
});
await bundle.write({
  dir: DIST,
  format: 'esm',
  entryFileNames: '[name].js',
  chunkFileNames: '[name].js',
  comments: false,
  minifyInternalExports: false,
  codeSplitting: { groups: GROUPS.map(({ name }) => ({ name, test: (id) => groupOf.get(idOf(id)) === name })) },
});
await bundle.close();
rmSync(join(DIST, STAND_IN));
