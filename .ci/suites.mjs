/**
 * Runs every suite of the gate and counts: `node .ci/suites.mjs [NAME …]` (all without a name).
 *
 * A suite that prepares or checks counts as one; a suite of tests counts what node:test counts. A skipped test is a
 * failure here: on a machine of the gate nothing is missing.
 */
import { spawn } from 'node:child_process';
import { delimiter, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const ROOT = join(fileURLToPath(import.meta.url), '../..');
const tests = (...files) => ['node', '--test', '--test-reporter=spec', ...files];

/**
 * In the order in which they run. Those of one group run side by side: they mostly wait.
 * @type {readonly { name: string, command: readonly string[], group?: string }[]}
 */
const SUITES = [
  // Downloads beside a compiler: the servers alone take ten minutes on a new machine.
  { name: 'install services', command: ['bash', 'scripts/install-services.sh'], group: 'machine' },
  { name: 'install Python parsers', command: ['sh', 'scripts/install-python.sh'], group: 'machine' },
  {
    name: 'install Node.js releases',
    command: ['node', 'scripts/install-node-releases.mjs', '18.20.8', '20.20.2', '22.15.0', '22.23.3', '24.11.0', '24.21.0', '26.10.0'],
    group: 'machine',
  },
  {
    name: 'install packages',
    command: ['node', 'scripts/install-packages.mjs', 'programs', 'libraries', 'sentry', 'processors', 'runners', 'pm2'],
    group: 'machine',
  },
  { name: 'build servers', command: ['node', 'scripts/build-servers.mjs'], group: 'machine' },

  { name: 'types', command: ['npm', 'run', '--silent', 'typecheck'], group: 'checks' },
  { name: 'lint', command: ['npm', 'run', '--silent', 'lint'], group: 'checks' },
  { name: 'formatting', command: ['npm', 'run', '--silent', 'format:check'], group: 'checks' },
  { name: 'documents are current', command: ['npm', 'run', '--silent', 'docs:check'], group: 'checks' },
  { name: 'unused exports and dependencies', command: ['knip'], group: 'checks' },

  { name: 'npm test', command: ['npm', 'test'] },
  { name: 'package', command: tests('test/package/*.test.ts') },
  { name: 'services', command: tests('test/services/*.test.ts') },
  { name: 'matrix', command: tests('test/matrix/*.test.ts') },
  { name: 'differential', command: tests('test/differential/*.test.ts') },
  { name: 'programs', command: tests('test/programs/*.test.ts') },
  { name: 'sentry', command: tests('test/sentry/*.test.ts') },
  { name: 'processors', command: tests('test/processors/*.test.ts') },
  { name: 'runners', command: tests('test/runners/*.test.ts') },
  { name: 'pm2', command: tests('test/pm2/*.test.ts') },
  { name: 'stack', command: tests('test/stack/*.test.ts') },
  { name: 'bench', command: ['npm', '--prefix', 'bench', 'run', '--silent', 'check'] },
];

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !SUITES.some((suite) => suite.name === name));
if (unknown.length > 0) {
  console.error(`A suite must be one of ${SUITES.map(({ name }) => name).join(', ')}; got ${unknown.join(', ')}. Nothing ran.`);
  process.exit(2);
}
const suites = wanted.length === 0 ? SUITES : SUITES.filter(({ name }) => wanted.includes(name));
const env = { ...process.env, PATH: [join(ROOT, 'node_modules/.bin'), process.env.PATH].join(delimiter), FORCE_COLOR: '0' };

/** Tests and files that failed, as node:test's `spec` reporter names them, without those around them. */
function failures(output) {
  const names = [...output.matchAll(/^ *✖ (.+?)(?: \([\d.]+ms\))?$/gm)].map(([, name]) => name);
  return [...new Set(names)].filter((name) => name !== 'failing tests:');
}

/** Run one suite, its output as it comes, and count. */
function run({ name, command }) {
  return new Promise((resolve) => {
    const startedAt = Date.now();
    const child = spawn(command[0], command.slice(1), { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        output += text;
        process.stdout.write(text);
      });
    }
    child.on('error', (error) => {
      output += error.message;
      process.stdout.write(`${error.message}\n`);
    });
    child.on('close', (code) =>
      resolve({ name, seconds: Math.round((Date.now() - startedAt) / 1000), failures: failures(output), ...count(output, code) }),
    );
  });
}

function count(output, code) {
  const sum = (word) =>
    [...output.matchAll(new RegExp(`^ℹ ${word} (\\d+)$`, 'gm'))].reduce((total, [, number]) => total + Number(number), 0);
  const [passed, failed, skipped] = [sum('pass'), sum('fail') + sum('cancelled'), sum('skipped')];
  if (passed + failed + skipped === 0) return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0 };
  return { passed, failed: failed + skipped + (code !== 0 && failed === 0 && skipped === 0 ? 1 : 0), skipped };
}

const results = [];
for (let index = 0; index < suites.length;) {
  const { group } = suites[index];
  const side = group === undefined ? [suites[index]] : suites.slice(index).filter((suite) => suite.group === group);
  index += side.length;
  process.stdout.write(`\n── ${side.map(({ name }) => name).join(', ')} ──\n`);
  results.push(...(await Promise.all(side.map(run))));
}

const total = (key) => results.reduce((sum, result) => sum + result[key], 0);
process.stdout.write('\n');
for (const { name, passed, failed, skipped, seconds } of results) {
  process.stdout.write(
    `${failed === 0 ? 'ok  ' : 'FAIL'} ${name.padEnd(32)} ${String(passed).padStart(5)} passed ${String(failed).padStart(4)} failed${skipped > 0 ? ` (${skipped} skipped)` : ''} ${String(seconds).padStart(5)} s\n`,
  );
}
for (const { name, failures } of results) {
  for (const failure of failures) process.stdout.write(`     ${name}: ${failure}\n`);
}
process.stdout.write(`${total('passed')} passed, ${total('failed')} failed\n`);
process.exitCode = total('failed') === 0 ? 0 : 1;
