/** The tables of instrumentations in docs/instrumentation.md: from the catalogue, what each declares, and `library-facts.ts`. */
import { isBuiltin } from 'node:module';
import { loadConfig } from '../src/config/load-config.ts';
import { CATALOGUE, type CatalogueEntry } from '../src/instrumentation/loading/catalogue.ts';
import { LIBRARY_FACTS, type LibraryFacts } from '../src/instrumentation/loading/library-facts.ts';

const BEGIN = '<!-- Written by scripts/build-docs.ts from src/instrumentation/loading/catalogue.ts. Do not edit. -->';
const END = '<!-- End of what scripts/build-docs.ts writes. -->';

/** `page` with the tables of instrumentations between its two marks made anew. */
export function renderInstrumentation(page: string): string {
  const [begin, end] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (begin === -1 || end < begin) throw new Error(`docs/instrumentation.md must hold "${BEGIN}" and, after it, "${END}".`);
  const tables = [
    renderInstrumentationTable(CATALOGUE.filter(({ optIn }) => optIn !== true)),
    'Off, and loaded only when `OTEL_NODE_ENABLED_INSTRUMENTATIONS` names them, or `SIGNALBOX_INSTRUMENTATION_OPTIONS` has `enabled: true` for them:',
    renderInstrumentationTable(CATALOGUE.filter(({ optIn, untried }) => optIn === true && untried !== true)),
    'Off in the same way, for no program of the tests has compared them with bare; [a line](messages.md) says so when their library is loaded:',
    renderInstrumentationTable(CATALOGUE.filter(({ untried }) => untried === true)),
  ];
  return `${page.slice(0, begin + BEGIN.length)}\n\n${tables.join('\n\n')}\n\n${page.slice(end)}`;
}

function renderInstrumentationTable(entries: readonly CatalogueEntry[]): string {
  const rows = entries.map((entry) => {
    const facts = LIBRARY_FACTS[entry.name];
    if (facts === undefined) throw new Error(`library-facts.ts must have a row for "${entry.name}".`);
    const cells = [
      `\`${entry.name}\``,
      facts.library ?? describeTargets(entry),
      describeWays(facts),
      facts.records,
      describeOptions(entry, facts),
      facts.missing ?? '',
    ];
    return `| ${cells.join(' | ')} |`.replaceAll(' <', ' \\<');
  });
  return [
    '| Name | Library, versions | Watched by | Records | Options | Known not to work |',
    '| --- | --- | --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
}

/** Each package with the versions that its instrumentation declares. */
function describeTargets({ announced, create, name, options, targets }: CatalogueEntry): string {
  if (announced !== undefined) return `\`${announced.library}\` ${announced.versions}, also in a bundle`;
  if (targets.length === 0) return 'the process itself';
  if (targets.every((target) => isBuiltin(target))) return targets.map((target) => `\`${target}\``).join('<br>');
  const made = create({ ...options(NO_CONFIG, {}), enabled: false }) as unknown as {
    getModuleDefinitions(): readonly { name: string; supportedVersions: readonly string[] }[];
  };
  const declared = made.getModuleDefinitions();
  return targets
    .map((target) => {
      const versions = declared.filter((definition) => definition.name === target).flatMap(({ supportedVersions }) => supportedVersions);
      if (versions.length === 0) throw new Error(`The instrumentation "${name}" must declare versions of ${target}.`);
      return versions.includes('*') ? `\`${target}\`` : `\`${target}\` ${versions.join(' or ')}`;
    })
    .join('<br>');
}

const NO_CONFIG = loadConfig({}).config;

function describeWays({ ways, when }: LibraryFacts): string {
  return `${ways.join(', ')}${when === undefined ? '' : ` (${when})`}`;
}

/** Those that are set come first, with their values. */
function describeOptions({ name, options, underParent }: CatalogueEntry, facts: LibraryFacts): string {
  const preset = Object.entries(options(NO_CONFIG, {})).filter(([, value]) => typeof value !== 'function');
  const shown = preset.map(([key, value]) => `\`${key}: ${JSON.stringify(value)}\``);
  if (underParent === 'all') shown.push('`requireParentSpan: true`');
  else if (underParent !== undefined)
    shown.push(`\`requireParentSpan: true\` for ${[...underParent].map((span) => `\`${span}\``).join(', ')}`);
  if (name === 'http') shown.push('the paths that are ignored');
  const set = new Set(preset.map(([key]) => key));
  return [...shown, ...(facts.options ?? []).filter((option) => !set.has(option)).map((option) => `\`${option}\``)].join(', ');
}
