/** Where a configuration file is not YAML. The SDK takes what a parser could still make of it, and says nothing. */
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';

interface Yaml {
  parseDocument(
    text: string,
    options: object,
  ): {
    readonly errors: readonly { readonly message: string; readonly linePos?: readonly { readonly line: number; readonly col: number }[] }[];
  };
}

/**
 * `line 2, column 18: Flow sequence …`, or `undefined` when the file is YAML.
 *
 * @param requireNear - of the package that reads the file, for the parser that it uses.
 * @throws when the file cannot be read.
 */
export function yamlFault(file: string, requireNear: string): string | undefined {
  const { parseDocument } = createRequire(requireNear)('yaml') as Yaml;
  const [error] = parseDocument(readFileSync(file, 'utf8'), { version: '1.2', prettyErrors: true }).errors;
  if (error === undefined) return undefined;
  const at = error.linePos?.[0];
  const what = error.message.split('\n', 1)[0]?.replace(/(?: at line \d+, column \d+)?:?$/, '') ?? '';
  return at === undefined ? what : `line ${at.line}, column ${at.col}: ${what}`;
}
