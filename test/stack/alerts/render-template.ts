/** Prometheus' templates, as far as the rules use them. */
const prefixed = (value: number): string => String(Number(value.toPrecision(4)));

function scale(value: number, step: number, prefixes: readonly string[]): string {
  let rest = value;
  let prefix = '';
  for (const next of prefixes) {
    if (Math.abs(rest) < step) break;
    rest /= step;
    prefix = next;
  }
  return prefixed(rest) + prefix;
}

function small(value: number): string {
  let rest = value;
  let prefix = '';
  for (const next of ['m', 'u', 'n']) {
    if (Math.abs(rest) >= 1) break;
    rest *= 1000;
    prefix = next;
  }
  return prefixed(rest) + prefix;
}

function humanizeDuration(value: number): string {
  if (value === 0 || Math.abs(value) < 1) return value === 0 ? '0s' : `${small(value)}s`;
  const [whole, minutes] = [Math.trunc(value), Math.trunc(value / 60)];
  return minutes === 0 ? `${prefixed(value)}s` : `${minutes}m ${whole % 60}s`;
}

const FORMATS: Readonly<Record<string, (value: number) => string>> = {
  humanize: (value) => (value === 0 ? '0' : Math.abs(value) >= 1 ? scale(value, 1000, ['k', 'M', 'G']) : small(value)),
  humanize1024: (value) => (Math.abs(value) <= 1 ? prefixed(value) : scale(value, 1024, ['ki', 'Mi', 'Gi'])),
  humanizePercentage: (value) => `${prefixed(value * 100)}%`,
  humanizeDuration,
};

/** @param labels - of the series, plain letters and digits where they stand in addresses. */
export function renderTemplate(text: string, labels: Readonly<Record<string, string>>, value: number): string {
  const of = (name: string): string => labels[name] ?? '';
  return text
    .replaceAll(/\{\{ with \$labels\.(\w+) \}\}(.*?)\{\{ else \}\}(.*?)\{\{ end \}\}/g, (_, name: string, yes: string, no: string) =>
      of(name) === '' ? no : yes.replaceAll(/\{\{ \. /g, `{{ $labels.${name} `),
    )
    .replaceAll(/\{\{ \$labels\.(\w+)((?: \| [^}]*(?:\{[^}]*\}[^}]*)?)?) \}\}/g, (_, name: string, pipe: string) => {
      if (!pipe.includes('urlquery')) return of(name);
      return encodeURIComponent(pipe.includes('printf') ? JSON.stringify(`{service_name=${JSON.stringify(of(name))}}`) : of(name));
    })
    .replaceAll(/\{\{ \$value \| (\w+) \}\}/g, (_, format: string) => FORMATS[format]?.(value) ?? format);
}
