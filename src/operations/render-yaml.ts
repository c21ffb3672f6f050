/** YAML that the servers read as it was meant: Go's reader is one of YAML 1.1, for which some characters end a line or may not be there. */
import { Document, visit } from 'yaml';

/** What ends a line there (U+0085, U+2028, U+2029), and what is refused unless it is escaped. */
const ESCAPED = /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/;
const EACH_ESCAPED = new RegExp(ESCAPED, 'g');

/** Long lines stay whole, and texts of several lines stay readable. */
export function renderYaml(value: unknown): string {
  const document = new Document(value, { aliasDuplicateObjects: false });
  visit(document, {
    Scalar(_key, node) {
      if (typeof node.value === 'string' && ESCAPED.test(node.value)) node.type = 'QUOTE_DOUBLE';
    },
  });
  // They stand in double quotes now, where an escape is one.
  return document
    .toString({ lineWidth: 0 })
    .replace(EACH_ESCAPED, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
