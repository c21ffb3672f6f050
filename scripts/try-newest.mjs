// Tries the newest release of libraries by the programs of test/differential: what they print and how they end, bare and with signalbox.
//
//   node scripts/try-newest.mjs [--note] [library…]     all libraries that a program compares, or those
//
// Needs a build and a registry; by hand. Each release is installed into a temporary folder, without its install scripts. `--note` writes the
// versions into test/unit/instrumentation/loading/newest-releases.json. Exits with 1 when a program differs, or a library cannot be tried.
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { COMPARED_LIBRARIES, startService } from '../test/differential/compared.ts';
import { differences, placeOf, runBare, runWatched } from '../test/differential/kit.ts';
import { installLibraries } from '../test/differential/libraries.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const NOTES = join(ROOT, 'test/unit/instrumentation/loading/newest-releases.json');
const run = promisify(execFile);

const { positionals, values } = parseArgs({ allowPositionals: true, options: { note: { type: 'boolean', default: false } } });
const comparable = COMPARED_LIBRARIES.filter(({ aliases, name }) => aliases === undefined && !name.startsWith('node:'));
const wanted = positionals.length === 0 ? comparable : comparable.filter(({ name }) => positionals.includes(name));
for (const name of positionals)
  if (!wanted.some((library) => library.name === name)) {
    console.error(`No program compares "${name}". There are programs for ${comparable.map((library) => library.name).join(', ')}.`);
    process.exitCode = 1;
  }

/** @returns {Promise<string>} the version that was installed. */
async function installNewest(name, folder) {
  writeFileSync(join(folder, 'package.json'), '{"private":true}');
  await run('npm', ['install', `${name}@latest`, '--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock'], { cwd: folder });
  return JSON.parse(readFileSync(join(folder, 'node_modules', name, 'package.json'), 'utf8')).version;
}

/** The lines that differ, and what signalbox says of the release. */
async function compareKind(library, place, kind, env) {
  const program = { place, program: `${library.program}.${kind}`, args: library.args ?? [], env };
  const bare = await runBare(program);
  const watched = await runWatched(program);
  const said = watched.said.filter(({ level }) => level !== 'info').map(({ message }) => message);
  if (bare.stdout.split('\n').length <= library.atLeast)
    said.push(`the program compares too little: ${bare.ownStderr.trim().split('\n').at(-1)}`);
  return { lines: bare.stdout.split('\n').length - 1, different: differences(bare, watched), said };
}

async function tryNewest(library) {
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-newest-'));
  const service = library.service === undefined ? undefined : await startService(library.service);
  try {
    const version = await installNewest(library.name, folder);
    using place = placeOf([folder, ROOT, await installLibraries()]);
    for (const kind of ['cjs', 'mjs']) {
      const { different, lines, said } = await compareKind(library, place, kind, service === undefined ? {} : { SERVICE: service.url });
      console.log(`| ${library.name} | ${version} | ${kind} | ${lines} | ${different.length} | ${said.join('<br>')} |`);
      for (const line of different) console.error(`${library.name} ${version} [${kind}]: ${line}`);
      if (different.length > 0 || said.length > 0) process.exitCode = 1;
    }
    return version;
  } finally {
    await service?.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

const tried = {};
console.log('| library | version | kind | lines | differences | said |\n| --- | --- | --- | --- | --- | --- |');
for (const library of wanted) {
  try {
    tried[library.name] = await tryNewest(library);
  } catch (error) {
    console.log(`| ${library.name} | not tried | | | | ${error.message.split('\n')[0]} |`);
    process.exitCode = 1;
  }
}
if (values.note) {
  const notes = JSON.parse(readFileSync(NOTES, 'utf8'));
  for (const [name, version] of Object.entries(tried)) if (notes.releases[name] !== undefined) notes.releases[name] = version;
  notes.asOf = new Date().toISOString().slice(0, 10);
  writeFileSync(NOTES, `${JSON.stringify(notes, null, 2)}\n`);
}
