// The real servers that tests ask, built from their published sources, so that no Docker is needed.
//
//   npm run servers                     build what is missing
//   npm run servers -- collector        only these
//   npm run servers -- --print          where everything lies, as JSON; builds nothing
//
// They go to the user's cache folder under a name that ends in a hash of what they are built from: a change in
// test/servers/ builds anew, a fresh clone or another branch does not. Plain Node 20 or newer, so that it runs
// before anything of the project is installed or compiled.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, realpathSync, renameSync, rmSync, statSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheFolder } from './cache-folder.mjs';

/**
 * @typedef {object} Recipe
 * @property {string} release - as the project itself names it and as docker-compose.yml pins it; a Go module's number may differ.
 * @property {'go' | 'maven'} tool - `go` builds `binaries`, `maven` copies jars.
 * @property {Record<string, string>} [binaries] - name of the file → Go package, `.` for the folder's own.
 * @property {string[]} [tags] - Go build tags.
 * @property {Record<string, string>} [variables] - Go variables to set: a server built as a dependency does not know its own release.
 * @property {string[]} [jars] - jars without which the copy is not complete.
 */

/**
 * To add a server: a folder test/servers/<name>/ with go.mod and go.sum (`go get -tool PACKAGE@VERSION`) or pom.xml,
 * and a line here.
 *
 * @type {Record<string, Recipe>}
 */
const RECIPES = {
  collector: { release: '0.155.0', tool: 'go', binaries: { otelcol: '.' } },
  jaeger: {
    release: '2.13.0',
    tool: 'go',
    binaries: { jaeger: 'github.com/jaegertracing/jaeger/cmd/jaeger' },
    variables: { 'github.com/jaegertracing/jaeger/internal/version.latestVersion': 'v2.13.0' },
  },
  prometheus: {
    release: '3.15.0',
    tool: 'go',
    binaries: {
      prometheus: 'github.com/prometheus/prometheus/cmd/prometheus',
      promtool: 'github.com/prometheus/prometheus/cmd/promtool',
    },
    // Service discovery brings every cloud's SDK; the configurations here use files and fixed targets.
    tags: ['remove_all_sd', 'enable_file_sd', 'enable_static_sd'],
    variables: { 'github.com/prometheus/common/version.Version': '3.15.0' },
  },
  alertmanager: {
    release: '0.31.1',
    tool: 'go',
    binaries: {
      alertmanager: 'github.com/prometheus/alertmanager/cmd/alertmanager',
      amtool: 'github.com/prometheus/alertmanager/cmd/amtool',
    },
    variables: { 'github.com/prometheus/common/version.Version': '0.31.1' },
  },
  loki: {
    release: '3.7.8',
    tool: 'go',
    binaries: { loki: 'github.com/grafana/loki/v3/cmd/loki' },
    variables: { 'github.com/grafana/loki/v3/pkg/util/build.Version': '3.7.8' },
  },
  kafka: { release: '3.9.1', tool: 'maven', jars: ['kafka_2.13-3.9.1.jar', 'kafka-clients-3.9.1.jar'] },
};

const SOURCES = fileURLToPath(new URL('../test/servers/', import.meta.url));

/** A temporary folder this old belongs to a run that was killed: the slowest build takes minutes. */
const LEFTOVER_AGE_MS = 24 * 60 * 60 * 1000;

/**
 * @typedef {object} Server
 * @property {string} release
 * @property {string} dir - where it is, or would be.
 * @property {boolean} built - whether it is there, complete.
 * @property {Record<string, string>} binaries - name → absolute path; empty for a server made of jars.
 * @property {string} [classpath] - for `java -cp`, when it is made of jars.
 */

/**
 * Where each server lies in the cache. Reads files only; builds nothing and starts nothing.
 *
 * @returns {Record<'collector' | 'jaeger' | 'prometheus' | 'alertmanager' | 'loki' | 'kafka', Server>}
 * @throws when a folder of test/servers/ cannot be read.
 */
export function locateServers() {
  const root = cacheFolder('servers');
  const servers = Object.entries(RECIPES).map(([name, recipe]) => [name, locate(root, name, recipe)]);
  return Object.fromEntries(servers);
}

/** @returns {Server} */
function locate(root, name, recipe) {
  const dir = join(root, `${name}-${fingerprint(name, recipe)}`);
  const binaries = Object.fromEntries(Object.keys(recipe.binaries ?? {}).map((file) => [file, join(dir, file)]));
  const files = [...Object.values(binaries), ...(recipe.jars ?? []).map((jar) => join(dir, jar))];
  const built = files.every((file) => existsSync(file));
  return { release: recipe.release, dir, built, binaries, ...(recipe.jars && { classpath: join(dir, '*') }) };
}

/** Hash of everything that decides what comes out: files, recipe, platform (a home folder may be shared). */
function fingerprint(name, recipe) {
  const hash = createHash('sha256').update(JSON.stringify([process.platform, process.arch, recipe]));
  const folder = join(SOURCES, name);
  for (const file of readdirSync(folder)
    .filter((file) => /^pom\.xml$|^go\.(mod|sum)$|\.go$/.test(file))
    .sort()) {
    hash.update(`\0${file}\0`).update(readFileSync(join(folder, file)));
  }
  return hash.digest('hex').slice(0, 12);
}

/** The commands that fill `into`, to be run in the server's folder one after another. */
function commandsFor(recipe, into) {
  if (recipe.tool === 'maven') {
    return [['mvn', '-q', '-B', 'dependency:copy-dependencies', '-DincludeScope=runtime', `-DoutputDirectory=${into}`]];
  }
  const variables = Object.entries(recipe.variables ?? {}).map(([variable, value]) => ` -X ${variable}=${value}`);
  const flags = ['-trimpath', '-buildvcs=false', `-ldflags=-s${variables.join('')}`, `-tags=${(recipe.tags ?? []).join(',')}`];
  // Each of Go's parallel compilers takes hundreds of megabytes; GOFLAGS=-p=8 says otherwise.
  if (!/(^|\s)--?p=/.test(process.env.GOFLAGS ?? '')) flags.push('-p=2');
  return Object.entries(recipe.binaries).map(([file, pkg]) => ['go', 'build', ...flags, '-o', join(into, file), pkg]);
}

/** What a run that is interrupted has to end and to remove. */
const inProgress = { child: undefined, dir: undefined };

/**
 * Build one server beside its place and move it there when it is complete, so that a folder of that name is always
 * whole, also after an interruption and with two builds at once.
 *
 * @throws {Error} with the message to print.
 */
async function build(name, recipe, server) {
  const root = cacheFolder('servers');
  mkdirSync(root, { recursive: true });
  removeLeftovers(root);
  const temporary = mkdtempSync(join(root, '.building-'));
  inProgress.dir = temporary;
  try {
    const output = join(temporary, 'out');
    mkdirSync(output);
    for (const command of commandsFor(recipe, output)) await run(name, recipe, command);
    moveIntoPlace(output, server.dir, () => locate(root, name, recipe).built);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
    inProgress.dir = undefined;
  }
}

function moveIntoPlace(from, to, isComplete) {
  try {
    renameSync(from, to);
  } catch (error) {
    // Already there: another run was faster, or somebody removed a part of it.
    if (!existsSync(to)) throw error;
    if (isComplete()) return;
    rmSync(to, { recursive: true, force: true });
    renameSync(from, to);
  }
}

function removeLeftovers(root) {
  for (const entry of readdirSync(root).filter((entry) => entry.startsWith('.building-'))) {
    const dir = join(root, entry);
    const { mtimeMs } = statSync(dir, { throwIfNoEntry: false }) ?? { mtimeMs: Date.now() };
    if (Date.now() - mtimeMs > LEFTOVER_AGE_MS) rmSync(dir, { recursive: true, force: true });
  }
}

/** Run one command in the server's folder; its output is kept for the message of a failure. */
function run(name, recipe, [file, ...args]) {
  // GOWORK: a go.work somewhere above would replace the pinned modules. CGO: the binaries need no system library.
  const env = { ...process.env, CGO_ENABLED: '0', GOWORK: 'off' };
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { cwd: join(SOURCES, name), env, stdio: ['ignore', 'pipe', 'pipe'] });
    inProgress.child = child;
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        output = (output + text).slice(-4000);
      });
    }
    child.on('error', (error) => {
      reject(new Error(error.code === 'ENOENT' ? missingTool(name, recipe, file) : failed(name, recipe, file, error.message, '')));
    });
    child.on('close', (code, signal) => {
      inProgress.child = undefined;
      if (code === 0) resolve();
      else reject(new Error(failed(name, recipe, file, signal ?? `exit code ${code}`, output)));
    });
  });
}

const TOOLS = {
  go: { title: 'Go', need: 'Go 1.26 or newer' },
  mvn: { title: 'Maven', need: 'Maven 3.8 or newer and a Java 17 or newer' },
};

function missingTool(name, recipe, file) {
  const { title, need } = TOOLS[file];
  return (
    `${name} ${recipe.release} is built with ${title}: "${file}" must be a program on PATH, it was not found. ` +
    `${name} is not in the cache and tests that need it do not run; install ${need}, then: npm run servers -- ${name}`
  );
}

function failed(name, recipe, file, how, output) {
  const lines = output
    .trimEnd()
    .split('\n')
    .slice(-20)
    .map((line) => `    ${line}`);
  return (
    `${name} ${recipe.release} was not built: "${file}" must exit with 0, it ended with ${how}. ` +
    `${name} is not in the cache and tests that need it do not run; mend what it says, then: npm run servers -- ${name}` +
    (output ? `\n${lines.join('\n')}` : '')
  );
}

/** The names asked for, all of them by default. @throws {Error} with the message to print. */
function parseNames(args) {
  const known = Object.keys(RECIPES);
  const unknown = args.find((arg) => !known.includes(arg));
  if (unknown !== undefined) {
    throw new Error(
      `Arguments must be --print or servers (${known.join(', ')}), got "${unknown}". Nothing was built; leave it out or correct it.`,
    );
  }
  return args.length > 0 ? known.filter((name) => args.includes(name)) : known;
}

function endOnSignals() {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      inProgress.child?.kill(signal);
      if (inProgress.dir) rmSync(inProgress.dir, { recursive: true, force: true });
      process.exit(128 + constants.signals[signal]);
    });
  }
}

async function main(args) {
  const names = parseNames(args.filter((arg) => arg !== '--print'));
  const servers = locateServers();
  if (args.includes('--print')) {
    console.log(JSON.stringify(Object.fromEntries(names.map((name) => [name, servers[name]])), null, 2));
    return;
  }
  // Minutes of compiling on every core: whatever else runs on the machine goes first. Children inherit it.
  setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
  endOnSignals();
  // One after another: the compilers of two would not fit in the memory of a small machine.
  for (const name of names) {
    const server = servers[name];
    const recipe = RECIPES[name];
    const start = performance.now();
    try {
      if (!server.built) {
        console.error(`${name} ${recipe.release}: building, minutes the first time`);
        await build(name, recipe, server);
      }
      const seconds = ((performance.now() - start) / 1000).toFixed(1);
      console.log(`${name} ${recipe.release} ${server.built ? 'cached' : 'built'} ${seconds} s ${server.dir}`);
    } catch (error) {
      // The others may need another tool: go on, and say it with the exit code.
      console.error(error.message);
      process.exitCode = 1;
    }
  }
}

// `import.meta.main` came with Node 24.2.
if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  await main(process.argv.slice(2)).catch((error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
}
