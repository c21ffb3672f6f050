/** What scripts/build-docs.ts makes of the tables of redaction: docs/privacy.md, and a part of the Collector's configuration. */
import { collectorPatternsOf, ISSUERS } from '../src/redaction/issuers.ts';

const COLLECTOR_BEGIN = '      # Written by scripts/build-docs.ts from src/redaction/issuers.ts. Do not edit.';
const COLLECTOR_END = '      # End of what scripts/build-docs.ts writes.';

/** The Collector's `config` with the keys of issuers between its two marks made anew. */
export function renderCollector(config: string): string {
  const [begin, end] = [config.indexOf(COLLECTOR_BEGIN), config.indexOf(COLLECTOR_END)];
  if (begin === -1 || end < begin)
    throw new Error(`otel-collector/config.yaml must hold "${COLLECTOR_BEGIN.trim()}" and, after it, "${COLLECTOR_END.trim()}".`);
  const lines = ISSUERS.flatMap((issuer) => collectorPatternsOf(issuer).map((pattern) => `      - '${pattern}' # ${issuer.name}`));
  return `${config.slice(0, begin + COLLECTOR_BEGIN.length)}\n${lines.join('\n')}\n${config.slice(end)}`;
}
