/** Which format and encoding a scraper takes. Policy only. */
import type { Format } from './family.ts';

export const CONTENT_TYPE: Readonly<Record<Format, string>> = {
  text: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
};

interface Choice {
  readonly type: string;
  readonly parameters: ReadonlyMap<string, string>;
  readonly quality: number;
}

const OPENMETRICS_VERSIONS = ['1.0.0', '0.0.1'];
const MOST_CHOICES = 50;

/**
 * OpenMetrics where it is named and no less wanted than text: every scraper reads text, and it alone has exemplars.
 * What is not named (the protobuf format) is not offered; `*` means text.
 */
export function negotiateFormat(accept: string | undefined): Format {
  const choices = choicesIn(accept);
  const openmetrics = best(choices, (choice) => choice.type === 'application/openmetrics-text' && isOffered(choice));
  const text = best(choices, ({ type }) => type === 'text/plain' || type === 'text/*' || type === '*/*');
  return openmetrics > 0 && openmetrics >= text ? 'openmetrics' : 'text';
}

export function acceptsGzip(acceptEncoding: string | undefined): boolean {
  const choices = choicesIn(acceptEncoding);
  const named = choices.filter(({ type }) => type === 'gzip' || type === 'x-gzip');
  return best(named.length > 0 ? named : choices, ({ type }) => type === 'gzip' || type === 'x-gzip' || type === '*') > 0;
}

function isOffered({ parameters }: Choice): boolean {
  const version = parameters.get('version');
  return version === undefined || OPENMETRICS_VERSIONS.includes(version);
}

function best(choices: readonly Choice[], isWanted: (choice: Choice) => boolean): number {
  return Math.max(0, ...choices.filter(isWanted).map(({ quality }) => quality));
}

export function choicesIn(header: string | undefined): Choice[] {
  return (header ?? '').split(',', MOST_CHOICES).map((part) => {
    const [type = '', ...rest] = part.split(';').map((word) => word.trim().toLowerCase());
    const parameters = new Map(rest.map((word) => word.split('=').map((side) => side.trim()) as [string, string]));
    const quality = Number(parameters.get('q') ?? 1);
    return { type, parameters, quality: quality >= 0 && quality <= 1 ? quality : 0 };
  });
}
