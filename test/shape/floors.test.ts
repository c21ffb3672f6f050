/** Compares the floors with the imports, and with their picture in CONTRIBUTING.md, so that it stays true. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '../..');
const SRC = join(ROOT, 'src');

/** Where a file stands. Imports point to the same place or to a lower floor; places on one floor do not know each other. */
const PLACES: readonly { readonly place: string; readonly floor: number; readonly paths: RegExp }[] = [
  { place: 'ground', floor: 0, paths: /^(runtime|values|names)\/|^version\.ts$/ },
  { place: 'redaction', floor: 1, paths: /^redaction\// },
  { place: 'context', floor: 1, paths: /^context\// },
  { place: 'config', floor: 2, paths: /^config\// },
  { place: 'diagnostics', floor: 3, paths: /^diagnostics\// },
  { place: 'otlp', floor: 4, paths: /^otlp\// },
  { place: 'export', floor: 5, paths: /^export\// },
  { place: 'engine', floor: 6, paths: /^engine\// },
  { place: 'instrumentation', floor: 6, paths: /^instrumentation\// },
  { place: 'process', floor: 6, paths: /^process\// },
  { place: 'app', floor: 6, paths: /^app\// },
  { place: 'official-sdk', floor: 7, paths: /^official-sdk\// },
  { place: 'testing', floor: 7, paths: /^testing\// },
  { place: 'ops-server', floor: 7, paths: /^ops-server\// },
  {
    place: 'entries',
    floor: 8,
    paths: /^(start|start-errors|start-ops|start-worker|worker-stand-in|preload|register|index)\.ts$|^(index-)?too-old\.cts$/,
  },
  { place: 'operations', floor: 9, paths: /^operations\// },
  { place: 'receiver', floor: 9, paths: /^receiver\// },
  { place: 'cli', floor: 10, paths: /^cli\// },
];

interface Import {
  readonly from: string;
  readonly to: string;
}

const files = (readdirSync(SRC, { recursive: true }) as string[]).filter((file) => /\.c?ts$/.test(file)).sort();
/** Static imports, and the modules that are loaded later by their names. */
const IMPORT = /(?:^|\n)\s*(?:import|export)\s(?:[^'";]*?\sfrom\s)?['"]([^'"]+)['"]|typeof import\(['"]([^'"]+)['"]\)/g;

function importsOf(file: string): { specifier: string; typeOnly: boolean }[] {
  const text = readFileSync(join(SRC, file), 'utf8');
  return [...text.matchAll(IMPORT)].map((match) => ({
    specifier: (match[1] ?? match[2]) as string,
    typeOnly: /^\s*(import|export) type\s/.test(match[0].trimStart()),
  }));
}

const internal: Import[] = files.flatMap((file) =>
  importsOf(file)
    .filter(({ specifier }) => specifier.startsWith('.'))
    .map(({ specifier }) => ({ from: file, to: relative(SRC, resolve(SRC, dirname(file), specifier)) })),
);

const placeOf = (file: string) => {
  const found = PLACES.find(({ paths }) => paths.test(file));
  assert.ok(found, `${file} stands nowhere: name its place in this test and in CONTRIBUTING.md`);
  return found;
};

describe('the floors', () => {
  it('hold every file', () => {
    for (const file of files) placeOf(file);
  });

  it('are those of the picture in CONTRIBUTING.md, from the top', () => {
    const [picture = ''] = /```\ncli\/[^]*?```/.exec(readFileSync(join(ROOT, 'CONTRIBUTING.md'), 'utf8')) ?? [];
    const drawn = picture.split('\n').flatMap((line) => {
      const [folders = ''] = /^(?:[\w.-]+\/? {0,5})+/.exec(line) ?? [];
      const names = [...folders.matchAll(/([\w-]+)\//g)].map(([, name]) => name as string);
      return names.length === 0 ? [] : [names.sort()];
    });
    const folders = readdirSync(SRC, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    const numbers = [...new Set(folders.map(({ name }) => placeOf(`${name}/`).floor))].sort((a, b) => b - a);
    const floors = numbers.map((floor) => folders.flatMap(({ name }) => (placeOf(`${name}/`).floor === floor ? name : [])).sort());
    assert.deepEqual(drawn, floors);
  });

  it('have imports that point down only', () => {
    const up = internal.filter(({ from, to }) => placeOf(from).place !== placeOf(to).place && placeOf(from).floor <= placeOf(to).floor);
    assert.deepEqual(up, []);
  });

  it('are free of import cycles', () => {
    const graph = new Map(
      files.map((file) => [
        file,
        [
          ...new Set(
            importsOf(file)
              .filter(({ specifier, typeOnly }) => specifier.startsWith('.') && !typeOnly)
              .map(({ specifier }) => relative(SRC, resolve(SRC, dirname(file), specifier))),
          ),
        ],
      ]),
    );
    const done = new Set<string>();
    const visit = (file: string, path: readonly string[]): void => {
      assert.ok(!path.includes(file), `import cycle: ${[...path.slice(path.indexOf(file)), file].join(' → ')}`);
      if (done.has(file)) return;
      for (const next of graph.get(file) ?? []) visit(next, [...path, file]);
      done.add(file);
    };
    for (const file of files) visit(file, []);
  });

  it('let only the engine, instrumentations and the official SDK load OpenTelemetry SDK packages', () => {
    const outside = files
      .filter((file) => !/^(engine|instrumentation|official-sdk)\//.test(file))
      .flatMap((file) =>
        importsOf(file)
          .filter(
            ({ specifier, typeOnly }) =>
              !typeOnly && specifier.startsWith('@opentelemetry/') && !/^@opentelemetry\/(api$|propagator-)/.test(specifier),
          )
          .map(({ specifier }) => `${file}: ${specifier}`),
      );
    assert.deepEqual(outside, []);
  });

  it('let operations stand on the names alone', () => {
    const others = internal.filter(({ from, to }) => from.startsWith('operations/') && !/^(operations|names)\//.test(to));
    assert.deepEqual(others, []);
  });

  it('let only src/config read the environment', () => {
    const readers = files.filter((file) => !file.startsWith('config/') && /process\.env\b/.test(readFileSync(join(SRC, file), 'utf8')));
    assert.deepEqual(readers, []);
  });

  it('leave register.ts without a static import', () => {
    assert.deepEqual(
      importsOf('register.ts').filter(({ specifier }) => !/preload|worker-stand-in|worker-settings|^node:/.test(specifier)),
      [],
    );
    assert.doesNotMatch(readFileSync(join(SRC, 'register.ts'), 'utf8'), /^import /m);
  });
});
